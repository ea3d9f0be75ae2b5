"""Evidence that is signed and logged throughout, and says something that must not be believed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from evidencecertificates import leaves, promises
from evidencelab import (
    ARTIFACT,
    NO_LOG,
    NOW,
    STATEMENT,
    Case,
    Lab,
    Roots,
    b64,
    bundle,
    key,
)
from make import ecdsa, x509
from make.evidence import BUNDLE_V01, Signatory, Signed
from make.instance import START
from make.rekor import Entry, dsse1, hashedrekord1
from make.signing import ECKey, pem


def lies(lab: Lab) -> tuple[list[Case], Roots]:
    roots: Roots = {}
    makers = (leaves, promises, _entries, _logs, _times, _windows, _tokens, _keys, _authorities)
    return [case for make in makers for case in make(lab, roots)], roots


def _entries(lab: Lab, roots: Roots) -> Iterator[Case]:
    """Good log entries of something else."""
    signatory = lab.signatory()
    signed = lab.message(signatory)
    at = NOW + timedelta(seconds=5)

    def entry(holder: str) -> Entry:
        return lab.ours.log1.add(*hashedrekord1(ARTIFACT, "sha256", signed.signature, holder), at)

    one_line = pem("CERTIFICATE", signatory.certificate or b"").splitlines()
    layout = "\r\n".join([one_line[0], *one_line[1:-1], one_line[-1], "", ""])
    yield bundle(
        "entry with the certificate in other lines",
        signed.with_entry(entry(layout)).bundle(),
    )
    others = lab.signatory().pem.replace("\n", "\r\n")
    yield bundle(
        "entry with another certificate in other lines",
        signed.with_entry(entry(others)).bundle(),
        "vendor.entry",
    )
    statement = Signed.statement(lab.signatory(), STATEMENT)
    kind, version, body = dsse1(b"", statement.content, statement.signature, statement.signatory.pem)
    for name, logged, reason in (
        ("of the version announced", body, None),
        ("of another version than announced", body.replace(b'"0.0.1"', b'"0.0.2"'), "vendor.entry"),
    ):
        recorded = statement.with_entry(lab.ours.log1.add(kind, version, logged, at))
        yield bundle(f"entry {name}", recorded.bundle(), reason)


def _logs(lab: Lab, roots: Roots) -> Iterator[Case]:
    """Who vouches."""
    signed = lab.stamped(lab.message())
    theirs = signed.logged(lab.theirs.log1, NOW + timedelta(seconds=5))
    both = [{"root": "ours"}, {"root": "theirs"}]
    yield bundle("a log of another instance", theirs.bundle(), "vendor.log")
    yield bundle("a certificate of one instance, a log of another", theirs.bundle(), "vendor.log", roots=both)
    yield bundle("a good entry beside one of an unknown log", lab.logged(theirs).bundle(), roots=both)
    once = lab.logged(signed)
    two = [{"root": "ours", "tlog": 2}]
    yield bundle(
        "two entries of one log where two logs are asked for",
        lab.logged(once).bundle(),
        "vendor.log",
        roots=two,
    )
    value = lab.logged(lab.message()).bundle()
    entries = value["verificationMaterial"]["tlogEntries"]
    value["verificationMaterial"]["tlogEntries"] = entries * 33
    yield bundle("33 entries", value, "vendor.json")
    value = lab.logged(lab.message()).bundle()
    material = value["verificationMaterial"]
    bad = copy.deepcopy(material["tlogEntries"][0])
    bad["inclusionPromise"]["signedEntryTimestamp"] = b64(b"no signature")
    material["tlogEntries"].append(bad)
    yield bundle("a bad entry beside a good one", value, "vendor.set")
    value = lab.logged(lab.message()).bundle(BUNDLE_V01, proof=False)
    del value["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
    yield bundle("neither promise nor proof in a bundle v0.1", value, "vendor.inclusion")


def _times(lab: Lab, roots: Roots) -> Iterator[Case]:
    """When it was signed. Certificates live ten minutes from NOW."""
    value = lab.logged(lab.message()).bundle()
    del value["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
    yield bundle("a log's time without its promise", value, "vendor.notime", offline=True)
    foreign = lab.logged(lab.message()).stamped(lab.theirs.clock, NOW)
    yield bundle("a good promise beside a timestamp of another authority", foreign.bundle())
    two = [{"root": "ours", "time": 2}]
    yield bundle("two times, one of another authority", foreign.bundle(), "vendor.timestamp", roots=two)
    yield bundle("two times", lab.stamped(lab.logged(lab.message())).bundle(), roots=two)
    twice = lab.stamped(lab.stamped(lab.message()), 6)
    yield bundle(
        "two timestamps of one authority",
        twice.bundle(),
        "vendor.notime",
        roots=[{"root": "ours", "tlog": 0, "time": 2}],
        offline=True,
    )


def _windows(lab: Lab, roots: Roots) -> Iterator[Case]:
    """Trusted roots whose parts hold until a second before the signature, or until its very second."""
    at = NOW + timedelta(seconds=5)
    logged = lab.stamped(lab.logged(lab.message())).bundle()
    second = lab.stamped(lab.message()).logged2(lab.ours.log2).bundle()
    for part, place, value, reason, more in (
        ("log of Rekor v2", ["tlogs", 1, "publicKey"], second, "vendor.time", {}),
        ("CT log", ["ctlogs", 0, "publicKey"], logged, "vendor.sct", {}),
    ):
        for name, end in (("until then", at), ("until before", at - timedelta(seconds=6))):
            root = lab.ours.trusted_root()
            holder: Any = root
            for step in place:
                holder = holder[step]
            holder["validFor"]["end"] = f"{end:%Y-%m-%dT%H:%M:%SZ}"
            roots[f"{part} {name}"] = root
            expected = None if name == "until then" else reason
            yield bundle(f"{part} {name}", value, expected, roots=[{"root": f"{part} {name}", **more}])
    root = lab.ours.trusted_root()
    del root["tlogs"][1]["publicKey"]["validFor"]["start"]
    roots["a window without a start"] = root
    yield bundle(
        "a window without a start", logged, "vendor.root", roots=[{"root": "a window without a start"}]
    )


def _tokens(lab: Lab, roots: Roots) -> Iterator[Case]:
    """Timestamps of somebody else."""
    signed = lab.message()
    long = signed.with_timestamp(bytes(100_000))
    yield bundle("timestamp without end", long.bundle(), "vendor.timestamp", roots=NO_LOG)
    many = signed
    for _ in range(33):
        many = many.with_timestamp(b"\x30\x00")
    yield bundle("33 timestamps", many.bundle(), "vendor.json", roots=NO_LOG)


def _keys(lab: Lab, roots: Roots) -> Iterator[Case]:
    held, other = Signatory(lab.key()), Signatory(lab.key())
    alone, logged = lab.message(held), lab.logged(lab.message(held))
    until = f"{NOW + timedelta(seconds=5):%Y-%m-%dT%H:%M:%SZ}"
    before = f"{NOW + timedelta(seconds=4):%Y-%m-%dT%H:%M:%SZ}"
    start = f"{START:%Y-%m-%dT%H:%M:%SZ}"
    yield bundle("key: one of two", alone.bundle(), keys=[key(other), key(held)])
    yield bundle("key: in its time", logged.bundle(), keys=[key(held, **{"from": start, "to": until})])
    yield bundle(
        "key: after its time",
        logged.bundle(),
        "vendor.time",
        keys=[key(held, **{"from": start, "to": before})],
    )
    yield bundle(
        "key: before its time",
        logged.bundle(),
        "vendor.time",
        keys=[key(held, **{"from": "2026-12-01T00:00:00Z"})],
    )
    yield bundle(
        "key: a time asked for, none proven",
        alone.bundle(),
        "vendor.notime",
        keys=[key(held, to=until)],
        offline=True,
    )
    theirs = alone.logged(lab.theirs.log1, NOW).bundle()
    yield bundle(
        "key: a log asked for, another there", theirs, "vendor.log", keys=[key(held, tlog="required")]
    )
    yield bundle("key: an entry of an unknown log beside it", theirs, keys=[key(held)])
    bad = logged.bundle()
    bad["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]["signedEntryTimestamp"] = b64(b"none")
    yield bundle("key: a bad entry that nobody asked for", bad, "vendor.set", keys=[key(held)])
    unnamed = alone.bundle()
    unnamed["verificationMaterial"]["publicKey"]["hint"] = "release"
    yield bundle("key: a hint in words", unnamed, keys=[key(other), key(held)])
    yield bundle("key: a hint in words, of nobody", unnamed, "vendor.signature", keys=[key(other)])
    yield Case(
        "bare signature, no key",
        "detached",
        "vendor.certificate",
        b64(alone.signature).encode(),
        offline=True,
    )
    certified = lab.message()
    yield Case(
        "signature and certificate, no time",
        "detached",
        "vendor.notime",
        certified.signature,
        certificate=certified.signatory.pem.encode(),
        roots=NO_LOG,
        offline=True,
    )


def _authorities(lab: Lab, roots: Roots) -> Iterator[Case]:
    """An intermediate whose certificate ends while those that it issued still hold."""
    authority = lab.ours.authority
    short = authority.root.subordinate(
        ECKey.of_seed("short-lived intermediate", ecdsa.P384),
        authority.issuer.subject,
        (START, NOW + timedelta(seconds=4)),
        x509.authority_usages(0, code_signing=True),
    )
    root = lab.ours.trusted_root()
    root["certificateAuthorities"][0]["certChain"]["certificates"][0] = {"rawBytes": b64(short.certificate)}
    roots["an expired intermediate"] = root
    for name, seconds, reason in (("in its time", 4, None), ("a second after its time", 5, "vendor.time")):
        signatory = lab.leaf(lambda extensions: extensions, issuer=short)
        signed = lab.logged(lab.message(signatory), seconds)
        wanted = [{"root": "an expired intermediate"}]
        yield bundle(f"intermediate: {name}", signed.bundle(), reason, roots=wanted)
