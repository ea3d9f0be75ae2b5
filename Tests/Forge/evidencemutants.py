"""Good evidence with one value changed, each of which must be refused for the reason of that value."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any, Callable

from evidencelab import OTHER, Case, b64, flipped, flipped_text
from make.signing import pem

Change = Callable[[Any], None]


def mutants(good: list[Case]) -> list[Case]:
    made: list[Case] = []
    for case in good:
        if case.form == "bundle":
            value = json.loads(case.content)
            made += _bundle(case, value) if "mediaType" in value else _blob(case, value)
        elif case.form in ("image", "attestation"):
            made += _tag(case)
        else:
            made.append(case.but("another artifact", "vendor.signature", artifact=OTHER))
    return made


def _changed(case: Case, value: Any, name: str, reason: Any, change: Change, **members: Any) -> Case:
    value = copy.deepcopy(value)
    change(value)
    return case.but(name, reason, content=json.dumps(value).encode(), **members)


def _flip(member: str) -> Change:
    def change(value: Any) -> None:
        value[member] = flipped_text(value[member])

    return change


def _at(path: list[Any], change: Change) -> Change:
    def changed(value: Any) -> None:
        for step in path:
            value = value[step]
        change(value)

    return changed


def _next(member: str) -> Change:
    def change(value: Any) -> None:
        value[member] = type(value[member])(int(value[member]) + 1)

    return change


def _drop(member: str) -> Change:
    def change(value: Any) -> None:
        del value[member]

    return change


def _bundle(case: Case, value: Any) -> Iterator[Case]:
    def lie(name: str, reason: Any, *path: Any, change: Change, **members: Any) -> Case:
        return _changed(case, value, name, reason, _at(list(path), change), **members)

    material = value["verificationMaterial"]
    entries = material["tlogEntries"]
    in_log = bool(entries)
    has_promise = in_log and "inclusionPromise" in entries[0]
    place = "verificationMaterial"

    yield case.but("another artifact", "vendor.digest", artifact=OTHER)
    yield case.but("trailing bytes", "vendor.json", content=case.content + b"{}")
    yield case.but(
        "a member twice",
        "vendor.json",
        content=case.content.replace(b'"mediaType":', b'"mediaType": "", "mediaType":'),
    )
    yield lie("an unknown member", "vendor.json", change=lambda v: v.update(extra=1))
    yield lie("another version", "vendor.format", change=lambda v: v.update(mediaType=v["mediaType"] + ".4"))
    if "messageSignature" in value:
        yield lie("digest", "vendor.digest", "messageSignature", "messageDigest", change=_flip("digest"))
        yield lie("signature", "vendor.signature", "messageSignature", change=_flip("signature"))
        yield lie("no base64", "vendor.base64", "messageSignature", change=lambda v: v.update(signature="!"))
        yield lie(
            "two contents",
            "vendor.format",
            change=lambda v: v.update(dsseEnvelope={"payload": "", "signatures": []}),
        )
    else:
        envelope = "dsseEnvelope"
        yield lie("signature", "vendor.signature", envelope, "signatures", 0, change=_flip("sig"))
        yield lie("payload", "vendor.signature", envelope, change=_flip("payload"))
        yield lie(
            "payload type", "vendor.format", envelope, change=lambda v: v.update(payloadType="text/plain")
        )
        yield lie(
            "two signatures",
            "vendor.format",
            envelope,
            change=lambda v: v["signatures"].append({"sig": "AA=="}),
        )
        yield case.but("another predicate type", "vendor.predicate", predicate="https://other.example/v1")
    if "publicKey" in material:
        hint = b64(bytes(32))
        yield lie("hint", "vendor.key", place, "publicKey", change=lambda v: v.update(hint=hint))
        yield case.but("no key", "vendor.key", keys=[], roots=[], offline=True)
        yield case.but("a certificate asked for", "vendor.key", keys=[])
    else:
        chained = "x509CertificateChain" in material
        path = [place, "x509CertificateChain", "certificates", 0] if chained else [place, "certificate"]
        of_another = "vendor.entry" if in_log else "vendor.chain"
        yield lie("certificate", of_another, *path, change=_flip("rawBytes"))
        yield lie("no certificate", "vendor.format", place, change=_drop(path[1]))
        yield case.but("no root", "vendor.root", roots=[], offline=True)
        yield case.but("the root of another", "vendor.chain", roots=[{"root": "theirs", "tlog": 0}])
    if in_log:
        yield from _entry(lie, entries[0], [place, "tlogEntries", 0], "version=0.1" in value["mediaType"])
    if not (has_promise or case.keys) and "timestampVerificationData" in material:
        stamp = [place, "timestampVerificationData", "rfc3161Timestamps"]
        yield lie("timestamp", "vendor.timestamp", *stamp, 0, change=_flip("signedTimestamp"))
        yield lie(
            "no timestamp",
            "vendor.notime",
            place,
            change=_drop("timestampVerificationData"),
            offline=True,
        )


def _entry(
    lie: Callable[..., Case], entry: Any, path: list[Any], accepts_promise_alone: bool
) -> Iterator[Case]:
    is_second = entry["kindVersion"]["version"] == "0.0.2" and entry["kindVersion"]["kind"] == "hashedrekord"
    yield lie("entry body", "vendor.entry", *path, change=_flip("canonicalizedBody"))
    yield lie("entry kind", "vendor.entry", *path, "kindVersion", change=lambda v: v.update(version="0.0.3"))
    yield lie("log", "vendor.log", *path, "logId", change=_flip("keyId"))
    yield lie("negative log index", "vendor.json", *path, change=lambda v: v.update(logIndex="-1"))
    if "inclusionPromise" in entry:
        promise = [*path, "inclusionPromise"]
        yield lie("SET", "vendor.set", *promise, change=_flip("signedEntryTimestamp"))
        yield lie("time", "vendor.set", *path, change=_next("integratedTime"))
        yield lie("log index", "vendor.set", *path, change=_next("logIndex"))
    elif is_second:
        yield lie("log index", "vendor.inclusion", *path, change=_next("logIndex"))
        set_ = {"signedEntryTimestamp": "AA=="}
        yield lie(
            "a promise of Rekor v2", "vendor.set", *path, change=lambda v: v.update(inclusionPromise=set_)
        )
    if "inclusionProof" in entry:
        yield from _proof(lie, [*path, "inclusionProof"])
        if not accepts_promise_alone:
            yield lie("no proof", "vendor.inclusion", *path, change=_drop("inclusionProof"))


def _proof(lie: Callable[..., Case], path: list[Any]) -> Iterator[Case]:
    def line(number: int, text: Callable[[str], str]) -> Change:
        def change(value: Any) -> None:
            lines = value["envelope"].split("\n")
            lines[number] = text(lines[number])
            value["envelope"] = "\n".join(lines)

        return change

    def bad_signature(text: str) -> str:
        dash, name, signature = text.split(" ")
        return " ".join([dash, name, flipped_text(signature)])

    def other_key(text: str) -> str:
        dash, name, signature = text.split(" ")
        return " ".join([dash, name, flipped_text(signature, 0)])

    note = [*path, "checkpoint"]
    # The log's own line comes first below the empty one; witnesses may follow.
    signed = 4
    yield lie("proof index", "vendor.inclusion", *path, change=_next("logIndex"))
    yield lie("tree size", ["vendor.inclusion", "vendor.checkpoint"], *path, change=_next("treeSize"))
    yield lie("root hash", "vendor.inclusion", *path, change=_flip("rootHash"))
    yield lie(
        "a hash of the proof",
        "vendor.inclusion",
        *path,
        change=lambda v: v["hashes"].__setitem__(0, flipped_text(v["hashes"][0])),
    )
    yield lie("a hash too few", "vendor.inclusion", *path, change=lambda v: v["hashes"].pop())
    yield lie("no checkpoint", "vendor.checkpoint", *path, change=_drop("checkpoint"))
    yield lie("checkpoint origin", "vendor.checkpoint", *note, change=line(0, lambda t: "x" + t))
    yield lie("checkpoint size", "vendor.checkpoint", *note, change=line(1, lambda t: t + "0"))
    yield lie("checkpoint root", "vendor.checkpoint", *note, change=line(2, flipped_text))
    yield lie("checkpoint signature", "vendor.checkpoint", *note, change=line(signed, bad_signature))
    yield lie("checkpoint key", "vendor.checkpoint", *note, change=line(signed, other_key))
    yield lie(
        "checkpoint without signatures",
        "vendor.checkpoint",
        *note,
        change=lambda v: v.update(envelope=v["envelope"].split("\u2014")[0]),
    )


def _rekor(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Lies about a log's bundle as cosign 2 keeps it: name, reason, value."""

    def changed(change: Change, *path: Any) -> Any:
        lied = copy.deepcopy(value)
        _at(list(path), change)(lied)
        return lied

    yield "SET", "vendor.set", changed(_flip("SignedEntryTimestamp"))
    yield "time", "vendor.set", changed(_next("integratedTime"), "Payload")
    yield "log index", "vendor.set", changed(_next("logIndex"), "Payload")
    yield "entry body", "vendor.entry", changed(_flip("body"), "Payload")
    yield (
        "entry body in other base64",
        "vendor.base64",
        changed(lambda v: v.update(body=v["body"].rstrip("=") + "\n"), "Payload"),
    )
    other = "00" + value["Payload"]["logID"][2:]
    yield "log", "vendor.log", changed(lambda v: v.update(logID=other), "Payload")


def _other_certificate(text: str) -> str:
    der = base64.b64decode("".join(text.splitlines()[1:-1]))
    return pem("CERTIFICATE", flipped(der))


def _blob(case: Case, value: Any) -> Iterator[Case]:
    yield case.but("another artifact", "vendor.signature", artifact=OTHER)
    yield _changed(case, value, "signature", "vendor.signature", _flip("base64Signature"))
    for name, reason, rekor in _rekor(value["rekorBundle"]):
        if not (case.keys and name == "log"):
            yield _changed(case, value, name, reason, lambda v, r=rekor: v.update(rekorBundle=r))
    if not case.keys:
        certificate = _other_certificate(base64.b64decode(value["cert"]).decode())
        changed = b64(certificate.encode())
        yield _changed(case, value, "certificate", "vendor.entry", lambda v: v.update(cert=changed))
        yield _changed(
            case, value, "no log entry", "vendor.notime", lambda v: v.update(rekorBundle=None), offline=True
        )
        yield case.but("the root of another", "vendor.chain", roots=[{"root": "theirs", "tlog": 0}])


def _tag(case: Case) -> Iterator[Case]:
    def annotated(name: str, reason: Any, kind: str, text: str | None, **members: Any) -> Case:
        annotations = {key: value for key, value in case.annotations.items() if key != kind}
        return case.but(
            name, reason, annotations=annotations if text is None else annotations | {kind: text}, **members
        )

    prefix = "dev.sigstore.cosign/"
    signature = "dev.cosignproject.cosign/signature"
    is_image = case.form == "image"
    yield case.but("another artifact", "vendor.claims" if is_image else "vendor.digest", artifact=OTHER)
    if is_image:
        payload = case.content.replace(b"docker-reference", b"docker-referencE")
        yield case.but("payload", "vendor.signature", content=payload)
        yield annotated("signature", "vendor.signature", signature, flipped_text(case.annotations[signature]))
        yield annotated("no signature", "vendor.format", signature, None)
    else:
        yield case.but("another predicate type", "vendor.predicate", predicate="https://other.example/v1")
    rekor = case.annotations.get(prefix + "bundle")
    if rekor:
        for name, reason, value in _rekor(json.loads(rekor)):
            yield annotated(name, reason, prefix + "bundle", json.dumps(value))
        stamped = prefix + "rfc3161timestamp" in case.annotations
        missing = "vendor.log" if stamped else "vendor.notime"
        yield annotated("no log entry", missing, prefix + "bundle", None, offline=True)
    certificate = case.annotations.get(prefix + "certificate")
    if certificate:
        reason = "vendor.entry" if rekor else "vendor.chain"
        yield annotated("certificate", reason, prefix + "certificate", _other_certificate(certificate))
        yield annotated("no certificate", "vendor.certificate", prefix + "certificate", None, offline=True)
        yield case.but("the root of another", "vendor.chain", roots=[{"root": "theirs", "tlog": 0}])
    stamp = case.annotations.get(prefix + "rfc3161timestamp")
    if stamp and not rekor:
        value = json.loads(stamp)
        _flip("SignedRFC3161Timestamp")(value)
        yield annotated("timestamp", "vendor.timestamp", prefix + "rfc3161timestamp", json.dumps(value))
        yield annotated("no timestamp", "vendor.notime", prefix + "rfc3161timestamp", None, offline=True)
