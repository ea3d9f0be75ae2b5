"""Signatures with exactly one thing wrong, and the word for it (bundle-spec/reasons.md, `vendor.…`)."""

from __future__ import annotations

import copy
import dataclasses
from datetime import timedelta
from typing import Any

from . import der, documents, encoding, evidence, instance, rekor, x509
from .accepted import ended, public_file, vendor_keys
from .casebook import (
    ARTIFACT,
    IMAGE,
    IMAGE_REPOSITORY,
    LOGGED,
    NOW,
    OTHER_ARTIFACT,
    STAMPED,
    Casebook,
    bundle_file,
    digest_subject,
    image_layer,
    signature_file,
    with_root,
)
from .evidence import Signatory, Signed
from .facts import Release
from .fulcio import LIFETIME, identity_extensions
from .signatures import simple_signing_payload
from .signing import pem

UNVERIFIABLE = "unverifiable-offline"


def add(book: Casebook) -> None:
    _other_signers(book)
    _certificates(book)
    _certificate_logs(book)
    _times(book)
    _log_entries(book)
    _timestamps(book)
    _attestations(book)
    _images(book)
    _contents(book)
    _documents(book)
    _keys(book)
    _missing(book)


def _other_signers(book: Casebook) -> None:
    """Certificates with which nothing is wrong, of somebody else."""
    texts = {
        "other-repository": "the workflow of another repository",
        "other-workflow": "another workflow of the repository",
        "branch": "the workflow on a branch that is not main",
        "other-commit": "the workflow, started at another commit",
        "other-tag": "the workflow on another tag than the release's",
        "other-caller": "the workflow, started from another repository",
        "other-runner": "the workflow on a runner that is not GitHub's",
        "other-issuer": "the same name, vouched for by somebody else",
    }
    for name, identity in instance.impostors(Release(), "tag").items():
        signed = book.logged(book.message(book.certified(name, identity=identity)))
        reason = "vendor.issuer" if name == "other-issuer" else "vendor.identity"
        book.refuse(reason, name, texts[name], signed)
    others = [
        x509.uri_name(book.identity.subject),
        x509.extension("1.3.6.1.4.1.57264.1.1", b"https://oidc.cloudgrid.example"),
        *book.identity.extensions()[1:],
    ]
    two = book.logged(book.message(book.certified("two issuers", others=others)))
    book.refuse("vendor.issuer", "two-issuers", "the two extensions for the issuer differ", two)


def _certificates(book: Casebook) -> None:
    digital, signing = x509.digital_signature(), x509.extended_key_usage(x509.CODE_SIGNING)
    subject = book.identity.subject
    extensions = identity_extensions(book.identity)
    unusable: dict[str, tuple[str, dict[str, Any]]] = {
        "no-code-signing": ("a certificate that is not for signing code", {"usages": [digital]}),
        "no-digital-signature": ("a certificate without the key usage", {"usages": [signing]}),
        "two-names": (
            "a certificate with two names",
            {"others": [x509.uri_name(subject, "https://cloudgrid.example"), *extensions[1:]]},
        ),
        "no-name": ("a certificate without a name", {"others": extensions[1:]}),
    }
    for name, (about, how) in unusable.items():
        signed = book.logged(book.message(book.certified(name, **how)))
        book.refuse("vendor.certificate", f"certificate-{name}", about, signed)
    authority = book.certified(
        "authority",
        usages=[digital, signing, x509.extension("2.5.29.19", der.sequence(der.true()), critical=True)],
    )
    about = "an authority's certificate as the signer's"
    book.refuse("vendor.certificate", "certificate-of-authority", about, book.logged(book.message(authority)))

    strange = book.certified("strange authority", authority=book.stranger.authority)
    about = "an authority of the same name with another key"
    book.refuse("vendor.chain", "authority-unknown", about, book.logged(book.message(strange)))
    bundle = book.logged(book.message(strange)).bundle(evidence.BUNDLE_V01)
    chain = bundle["verificationMaterial"]["x509CertificateChain"]["certificates"]
    chain.append({"rawBytes": rekor.base64_text(book.stranger.authority.issuer.certificate)})
    about = "the unknown authority came along as an intermediate"
    book.refuse("vendor.chain", "authority-brought-along", about, bundle_file(bundle))
    bundle = book.logged(book.message()).bundle(evidence.BUNDLE_V01)
    chain = bundle["verificationMaterial"]["x509CertificateChain"]["certificates"]
    chain.append({"rawBytes": rekor.base64_text(book.sigstore.authority.root.certificate)})
    about = "a root in the bundle's chain, though it is the right one"
    book.refuse("vendor.certificate", "root-brought-along", about, bundle_file(bundle))


def _certificate_logs(book: Casebook) -> None:
    def signed(name: str, **how: Any) -> Signed:
        return book.logged(book.message(book.certified(name, **how)))

    authority, log = book.sigstore.authority, book.sigstore.ctlog
    book.refuse("vendor.sct", "sct-missing", "no certificate timestamp", signed("sct missing", sct=b""))
    other = log.promise(b"another certificate", authority.issuer, NOW)
    about = "the certificate timestamp of another certificate"
    book.refuse("vendor.sct", "sct-of-other-certificate", about, signed("sct other", sct=other))
    strange = book.stranger.authority.log.promise(b"", authority.issuer, NOW)
    about = "a certificate timestamp by a log that nobody knows"
    book.refuse("vendor.sct", "sct-of-unknown-log", about, signed("sct unknown", sct=strange))
    root = ended(book.sigstore.trusted_root(), "ctlogs", NOW - timedelta(seconds=1))
    files = with_root(bundle_file(signed("sct window").bundle()), root)
    about = "a certificate timestamp from after the log's end"
    book.refuse("vendor.sct", "sct-after-log-ended", about, files)
    root = book.stranger.trusted_root() | {
        part: book.sigstore.trusted_root()[part] for part in ("tlogs", "certificateAuthorities")
    }
    about = "the log's name with another key in the trusted root"
    root["ctlogs"][0]["logId"] = book.sigstore.trusted_root()["ctlogs"][0]["logId"]
    files = with_root(bundle_file(signed("sct key").bundle()), root)
    book.refuse("vendor.sct", "sct-bad-signature", about, files)


def _times(book: Casebook) -> None:
    signed, clock = book.message(), book.sigstore.clock
    late, early = NOW + LIFETIME + timedelta(seconds=1), NOW - timedelta(seconds=1)
    for name, at in (("after", late), ("before", early)):
        about = f"the log's time is a second {name} the certificate's"
        book.refuse("vendor.time", f"logged-{name}-certificate", about, book.logged(signed, at=at))
        stamped = signed.stamped(clock, at).logged2(book.sigstore.log2)
        about = f"the timestamp is a second {name} the certificate's time"
        book.refuse("vendor.time", f"stamped-{name}-certificate", about, stamped)
    about = "of two proven times one is outside the certificate's"
    book.refuse("vendor.time", "second-time-outside", about, book.logged(signed).stamped(clock, late))
    past = (NOW - timedelta(days=2), NOW - timedelta(days=1))
    expired = instance.Sigstore.of_keys(book.keys, "expired", past)
    by_expired = book.logged(book.message(book.certified("expired", authority=expired.authority)))
    about = "the signer's certificate was good, that of its authority had ended"
    files = with_root(bundle_file(by_expired.bundle()), expired.trusted_root())
    book.refuse("vendor.time", "authority-certificate-expired", about, files)
    before = LOGGED - timedelta(seconds=1)
    for name, part in (("authority", "certificateAuthorities"), ("log", "tlogs")):
        files = with_root(
            bundle_file(book.logged(signed).bundle()), ended(book.sigstore.trusted_root(), part, before)
        )
        about = f"the trusted root's window for the {name} ended a second before"
        book.refuse("vendor.time", f"{name}-window-ended", about, files)


def _log_entries(book: Casebook) -> None:
    signed = book.message()
    good = book.logged(signed)
    entry = good.entry

    def changed(**members: Any) -> Signed:
        return dataclasses.replace(good, entries=(dataclasses.replace(entry, **members),))

    log = book.sigstore.log1
    strange = book.stranger.log1
    about = "a log that nobody knows"
    book.refuse("vendor.log", "log-unknown", about, signed.logged(strange, LOGGED))
    about = "twice the same entry, where two logs are asked for"
    twice = dataclasses.replace(good, entries=(entry, entry))
    book.refuse("vendor.log", "log-counted-twice", about, twice, require="tlog=2")

    later = dataclasses.replace(entry, time=entry.time + 1)
    book.refuse(
        "vendor.set", "promise-other-time", "the promise is for another time", changed(time=later.time)
    )
    promise = strange.promise(entry)
    book.refuse(
        "vendor.set", "promise-by-other-key", "the promise is another log's", changed(promise=promise)
    )
    # Both halves of a bundle are good, and belong to two signatures.
    other = book.logged(book.message(content=OTHER_ARTIFACT)).entry
    about = "the promise of another entry"
    book.refuse("vendor.set", "promise-of-other-entry", about, changed(promise=other.promise))

    flipped = [bytes([entry.path[0][0] ^ 1]) + entry.path[0][1:], *entry.path[1:]]
    book.refuse("vendor.inclusion", "path-changed", "a node of the path is another", changed(path=flipped))
    book.refuse(
        "vendor.inclusion", "path-too-short", "a node of the path is missing", changed(path=entry.path[1:])
    )
    about = "the entry's place is another"
    # The neighbour may be the same entry, logged twice; its place would then be as good.
    book.refuse("vendor.inclusion", "index-changed", about, changed(index=entry.index - 2))
    about = "the entry's place is beyond the tree"
    book.refuse("vendor.inclusion", "index-beyond-tree", about, changed(index=entry.size))
    files = bundle_file(good.bundle(proof=False))
    book.refuse("vendor.inclusion", "proof-missing", "a promise is not enough since v0.2", files)

    size, root = entry.size, bytes(32)
    about = "the checkpoint is of another tree than the proof"
    book.refuse(
        "vendor.checkpoint", "checkpoint-other-root", about, changed(checkpoint=log.checkpoint(size, root))
    )
    about = "the checkpoint is of another size than the proof"
    of_other_size = log.checkpoint(size + 1, entry.root)
    book.refuse("vendor.checkpoint", "checkpoint-other-size", about, changed(checkpoint=of_other_size))
    about = "a line was added to the checkpoint after signing"
    edited = entry.checkpoint.replace("\n\n", "\nTimestamp: 1\n\n", 1)
    book.refuse("vendor.checkpoint", "checkpoint-edited", about, changed(checkpoint=edited))
    about = "only a log that nobody knows signed the checkpoint"
    foreign = strange.checkpoint(size, entry.root)
    book.refuse("vendor.checkpoint", "checkpoint-by-unknown-log", about, changed(checkpoint=foreign))

    _bindings(book, signed)


def _bindings(book: Casebook, signed: Signed) -> None:
    """Good entries of the log, of something else."""
    cases = {
        "entry-of-other-digest": ("another artifact", book.message(content=OTHER_ARTIFACT)),
        "entry-of-other-signer": ("another certificate", book.message(book.certified("other signer"))),
    }
    for name, (what, other) in cases.items():
        book.refuse(
            "vendor.entry", name, f"the entry is of {what}", signed.with_entry(book.logged(other).entry)
        )
        v2 = signed.stamped(book.sigstore.clock, STAMPED).with_entry(other.logged2(book.sigstore.log2).entry)
        book.refuse("vendor.entry", f"rekor2-{name}", f"the entry is of {what}", v2)
        legacy = signed.with_entry(book.logged(other).entry).legacy_bundle()
        files = {"artifact.bundle": encoding.document(legacy)}
        book.refuse("vendor.entry", f"legacy-{name}", f"the entry is of {what}", files)
    # The same key signs the same artifact a second time: all verifies, but the log saw another signature.
    again = dataclasses.replace(signed, signature=_other_signature(signed))
    mixed = signed.with_entry(book.logged(again).entry)
    book.refuse("vendor.entry", "entry-of-other-signature", "the entry is of another signature", mixed)
    bundle = book.logged(signed).bundle()
    bundle["verificationMaterial"]["tlogEntries"][0]["kindVersion"] = {"kind": "dsse", "version": "0.0.1"}
    about = "the entry is announced as another kind"
    book.refuse("vendor.entry", "entry-of-other-kind", about, bundle_file(bundle))


def _other_signature(signed: Signed) -> bytes:
    """A second good signature of the same key over the same bytes: (r, n - s) for (r, s)."""
    body = der.content_of(signed.signature)
    r = body[: 2 + body[1]]
    s = int.from_bytes(body[4 + body[1] :], "big")
    key = signed.signatory.key
    assert hasattr(key, "curve")
    return der.sequence(r, der.integer(key.curve.n - s))


def _timestamps(book: Casebook) -> None:
    signed, clock, log = book.message(), book.sigstore.clock, book.sigstore.log2
    about = "Rekor v2 proves no time"
    book.refuse(
        "vendor.notime", "rekor2-without-timestamp", about, signed.logged2(log), verdict=UNVERIFIABLE
    )
    for name, embed in (("", True), ("-without-certificate", False)):
        strange = signed.stamped(book.stranger.clock, STAMPED, embed=embed).logged2(log)
        about = "a timestamp by an authority that nobody knows"
        book.refuse("vendor.timestamp", f"timestamp-unknown-authority{name}", about, strange)
    about = "a timestamp by an unknown authority that has the known one's certificate in front"
    token = book.stranger.clock.stamp(signed.signature, STAMPED, before=(clock.certificate,))
    book.refuse(
        "vendor.timestamp", "timestamp-certificate-in-front", about, signed.with_timestamp(token).logged2(log)
    )
    other = book.message(content=OTHER_ARTIFACT).stamped(clock, STAMPED).timestamps[0]
    about = "the timestamp of another signature"
    book.refuse(
        "vendor.timestamp", "timestamp-of-other-signature", about, signed.with_timestamp(other).logged2(log)
    )
    token = clock.stamp(signed.signature, STAMPED)
    edited = token.replace(
        der.generalized_time(STAMPED), der.generalized_time(STAMPED + timedelta(seconds=1))
    )
    book.refuse(
        "vendor.timestamp",
        "timestamp-edited",
        "its time was changed",
        signed.with_timestamp(edited).logged2(log),
    )
    root = ended(book.sigstore.trusted_root(), "timestampAuthorities", STAMPED - timedelta(seconds=1))
    files = with_root(bundle_file(book.stamped2(signed).bundle()), root)
    about = "the trusted root's window for the timestamp authority ended a second before"
    book.refuse("vendor.timestamp", "timestamp-authority-window-ended", about, files)


def _attestations(book: Casebook) -> None:
    slsa: dict[str, str] = {"predicate": documents.SLSA_PREDICATE}
    about = "a good statement of another type than asked for"
    other_type = book.logged(book.attestation(predicate_type=documents.SPDX_PREDICATE))
    book.refuse("vendor.predicate", "attestation-other-predicate", about, other_type, **slsa)
    other = book.logged(book.attestation(artifact=OTHER_ARTIFACT))
    book.refuse("vendor.digest", "attestation-other-subject", "provenance of another file", other, **slsa)
    named = [digest_subject("artifact.txt", "sha256", OTHER_ARTIFACT)]
    about = "the subject has the file's name and another digest"
    book.refuse(
        "vendor.digest", "attestation-name-only", about, book.logged(book.attestation(subjects=named)), **slsa
    )
    signed = book.attestation()
    bundle = book.logged(signed).bundle()
    bundle["dsseEnvelope"]["signatures"] *= 2
    about = "an envelope with two signatures"
    book.refuse("vendor.format", "attestation-two-signatures", about, bundle_file(bundle), **slsa)
    bundle = book.logged(signed).bundle()
    bundle["dsseEnvelope"]["payloadType"] = "application/json"
    about = "an envelope of another payload type"
    book.refuse("vendor.format", "attestation-payload-type", about, bundle_file(bundle), **slsa)
    payload = dataclasses.replace(signed, content=signed.content.replace(b"cloudgrid-dev", b"cloudgrid-bad"))
    about = "the payload was changed after signing, and logged as it is now"
    book.refuse("vendor.signature", "attestation-payload-changed", about, book.logged(payload), **slsa)
    again = dataclasses.replace(signed, signature=_other_signature(signed))
    about = "the entry is of another signature"
    for name, entry in (
        ("dsse", book.logged(again).entry),
        ("intoto", book.logged(again, intoto=True).entry),
    ):
        mixed = signed.with_entry(entry)
        book.refuse("vendor.entry", f"attestation-{name}-entry-of-other-signature", about, mixed, **slsa)
    other_payload = book.attestation(predicate_type=documents.SPDX_PREDICATE)
    mixed = signed.with_entry(book.logged(other_payload).entry)
    about = "the entry is of another payload"
    book.refuse("vendor.entry", "attestation-entry-of-other-payload", about, mixed, **slsa)


def _images(book: Casebook) -> None:
    image: dict[str, str] = {"artifact": "image.json"}
    digest = f"sha256:{encoding.sha256(IMAGE)}"
    good = simple_signing_payload(IMAGE_REPOSITORY, digest)
    elsewhere = simple_signing_payload(IMAGE_REPOSITORY, f"sha256:{encoding.sha256(OTHER_ARTIFACT)}")
    about = "a good signature of another image"
    signed = book.logged(book.message(content=elsewhere))
    book.refuse("vendor.claims", "image-signature-of-other-image", about, image_layer(signed), **image)
    typed = good.replace(b"cosign container image signature", b"something else")
    about = "a payload that is not for images"
    signed = book.logged(book.message(content=typed))
    book.refuse("vendor.claims", "image-signature-other-type", about, image_layer(signed), **image)
    signed = book.logged(book.message(content=good))
    about = "the payload was changed after signing"
    swapped = {**image_layer(signed), "payload.json": elsewhere}
    book.refuse("vendor.signature", "image-signature-payload-changed", about, swapped, **image)
    other = book.logged(book.message(content=good.replace(b"cloudgrid-bff", b"cloudgrid-bad")))
    mixed = dataclasses.replace(signed, entries=other.entries)
    about = "the log entry of another signature"
    book.refuse("vendor.entry", "image-signature-entry-of-other", about, image_layer(mixed), **image)
    provenance = book.attestation(artifact=IMAGE)
    logged = image_layer(book.logged(provenance))
    logged["envelope.json"] = encoding.document(provenance.envelope())
    about = "the layer is not the envelope that was logged, byte for byte"
    book.refuse(
        "vendor.entry",
        "image-attestation-envelope-rewritten",
        about,
        logged,
        predicate=documents.SLSA_PREDICATE,
        **image,
    )


def _contents(book: Casebook) -> None:
    good = book.logged(book.message())
    other: dict[str, str] = {"artifact": "other-artifact.txt"}
    book.refuse("vendor.digest", "other-artifact", "a good bundle of another artifact", good, **other)
    bundle = good.bundle()
    bundle["messageSignature"]["messageDigest"] = rekor.hash_output(OTHER_ARTIFACT, "sha256")
    about = "the bundle gives another digest, though its signature is good"
    book.refuse("vendor.digest", "digest-changed", about, bundle_file(bundle))
    unsigned = dataclasses.replace(book.message(content=OTHER_ARTIFACT), content=ARTIFACT)
    about = "the signature is of another artifact, and logged for this one"
    book.refuse("vendor.signature", "signature-of-other-artifact", about, book.logged(unsigned))
    stolen = dataclasses.replace(book.message(book.certified("thief")), signatory=book.workflow)
    about = "the signature is by another key than the certificate's"
    book.refuse("vendor.signature", "signature-by-other-key", about, book.logged(stolen))


def _documents(book: Casebook) -> None:
    good = book.logged(book.message()).bundle()
    newer = {**good, "mediaType": "application/vnd.dev.sigstore.bundle.v0.4+json"}
    book.refuse("vendor.format", "bundle-v0.4", "a version that does not exist yet", bundle_file(newer))
    text = encoding.document(good).decode()
    twice = text.replace('"mediaType"', '"mediaType": "x",\n  "mediaType"', 1).encode()
    book.refuse("vendor.json", "bundle-member-twice", "a member twice", {"bundle.sigstore.json": twice})
    both = copy.deepcopy(good)
    both["verificationMaterial"]["publicKey"] = {"hint": ""}
    book.refuse("vendor.format", "bundle-key-and-certificate", "a key and a certificate", bundle_file(both))
    neither = copy.deepcopy(good)
    del neither["messageSignature"]
    book.refuse("vendor.format", "bundle-without-content", "no signature at all", bundle_file(neither))
    foreign = copy.deepcopy(good)
    foreign["messageSignature"]["signature"] = "!" + foreign["messageSignature"]["signature"][1:]
    about = "a character that base64 does not have"
    book.refuse("vendor.base64", "bundle-not-base64", about, bundle_file(foreign))
    negative = copy.deepcopy(good)
    negative["verificationMaterial"]["tlogEntries"][0]["logIndex"] = "-1"
    book.refuse("vendor.json", "bundle-negative-index", "a negative number", bundle_file(negative))


def _keys(book: Casebook) -> None:
    keys = vendor_keys(book)
    p256 = Signatory(keys["p256"])
    signer = "../../keys/bob.pub"
    hinted = Signed.message(p256, ARTIFACT)
    book.refuse("vendor.key", "key-other", "a bundle by another key than asked for", hinted, signer=signer)
    files = {"artifact.sig": signature_file(hinted)}
    book.refuse("vendor.signature", "key-other-detached", "a signature by another key", files, signer=signer)
    legacy = {"artifact.bundle": encoding.document(book.logged(hinted).legacy_bundle())}
    about = "cosign 2's bundle that brings its own key along"
    book.refuse("vendor.key", "key-brought-along", about, legacy, signer=signer)
    about = "a keyless bundle, where a key is asked for"
    book.refuse(
        "vendor.key", "key-asked-certificate-found", about, book.logged(book.message()), signer=signer
    )
    about = "a bundle by a key, where the workflow is asked for"
    book.refuse("vendor.key", "certificate-asked-key-found", about, book.logged(hinted))
    other = dataclasses.replace(hinted, entries=(book.logged(Signed.message(p256, OTHER_ARTIFACT)).entry,))
    about = "the log entry is of another artifact"
    book.refuse("vendor.entry", "key-entry-of-other-digest", about, other, signer=public_file("p256"))
    for name in ("p384", "rsa", "ed25519"):
        unsigned = dataclasses.replace(
            Signed.message(Signatory(keys[name]), OTHER_ARTIFACT), content=ARTIFACT
        )
        about = "the signature is of another artifact"
        book.refuse(
            "vendor.signature", f"key-{name}-other-artifact", about, unsigned, signer=public_file(name)
        )


def _missing(book: Casebook) -> None:
    """Honest perhaps, but something is not there."""
    signed = book.message()
    certificate = pem("CERTIFICATE", signed.signatory.certificate or b"").encode()
    files = {"artifact.sig": signature_file(signed)}
    about = "a keyless signature without its certificate"
    book.refuse("vendor.certificate", "detached-alone", about, dict(files), verdict=UNVERIFIABLE)
    about = "a signature and its certificate, and nothing that proves a time"
    files["artifact.pem"] = certificate
    book.refuse("vendor.notime", "detached-without-time", about, files, verdict=UNVERIFIABLE)
    stamped = {**files, "artifact.tsr": book.sigstore.clock.stamp(signed.signature, STAMPED)}
    about = "a time, but no log entry"
    book.refuse("vendor.log", "detached-without-log", about, stamped, verdict=UNVERIFIABLE)
    about = "a bundle with a time, but without a log entry"
    unlogged = signed.stamped(book.sigstore.clock, STAMPED)
    book.refuse("vendor.log", "bundle-without-log", about, unlogged, verdict=UNVERIFIABLE)
    by_key = Signed.message(Signatory(vendor_keys(book)["p256"]), ARTIFACT)
    about = "a key whose signatures must be logged"
    book.refuse(
        "vendor.log",
        "key-without-log",
        about,
        by_key,
        signer=public_file("p256"),
        require="tlog=1",
        verdict=UNVERIFIABLE,
    )
