"""Signatures that hold, in every form in which they travel."""

from __future__ import annotations

import base64
import dataclasses
from datetime import timedelta
from typing import Any

from . import documents, encoding, evidence, instance, rekor
from .casebook import (
    ARTIFACT,
    IMAGE,
    IMAGE_REPOSITORY,
    LOGGED,
    NOW,
    STAMPED,
    Casebook,
    bundle_file,
    digest_subject,
    image_layer,
    signature_file,
    with_root,
)
from .evidence import Signatory, Signed
from .fulcio import LIFETIME
from .signatures import simple_signing_payload
from .signing import ECKey, OpenSSLKey, SigningKey

SLSA_V02 = "https://slsa.dev/provenance/v0.2"


def add(book: Casebook) -> None:
    _bundles(book)
    _attestations(book)
    _files_of_cosign_2(book)
    _image_layers(book)
    _windows(book)
    for name, key in vendor_keys(book).items():
        _by_key(book, name, key)
    _logged_keys(book)


def vendor_keys(book: Casebook) -> dict[str, SigningKey]:
    """Keys of each kind, as a vendor without a certificate authority has them."""
    return {
        "p256": ECKey.read(book.keys / "vendor.key"),
        "p384": ECKey.read(book.keys / "vendor-p384.key"),
        "p521": ECKey.read(book.keys / "vendor-p521.key"),
        "rsa": OpenSSLKey(book.keys / "vendor-rsa.key"),
        "ed25519": OpenSSLKey(book.keys / "vendor-ed25519.key"),
    }


def public_file(name: str) -> str:
    return "../../keys/vendor.pub" if name == "p256" else f"../../keys/vendor-{name}.pub"


def _bundles(book: Casebook) -> None:
    logged = book.logged(book.message())
    for version, media_type in (
        ("v0.1", evidence.BUNDLE_V01),
        ("v0.2", evidence.BUNDLE_V02),
        ("v0.3-first-media-type", evidence.BUNDLE_V03_OLD),
        ("v0.3", evidence.BUNDLE_V03),
    ):
        files = bundle_file(logged.bundle(media_type))
        book.add(f"bundle-{version}", "a bundle with an entry of Rekor v1", files)
    promised = bundle_file(logged.bundle(evidence.BUNDLE_V01, proof=False))
    book.add("bundle-v0.1-promise-only", "a promise of the log is enough for the first version", promised)
    chained = logged.bundle(evidence.BUNDLE_V02)
    chain = chained["verificationMaterial"]["x509CertificateChain"]["certificates"]
    chain.append({"rawBytes": rekor.base64_text(book.sigstore.authority.issuer.certificate)})
    book.add(
        "bundle-v0.2-with-intermediate", "an intermediate that came along is no anchor", bundle_file(chained)
    )
    clock = book.sigstore.clock
    book.add("rekor1-timestamped", "two times, both within the certificate", logged.stamped(clock, STAMPED))
    book.add("rekor2", "an entry of Rekor v2 with a timestamp", book.stamped2(book.message()))
    bare = book.message().stamped(clock, STAMPED, embed=False).logged2(book.sigstore.log2)
    book.add("rekor2-timestamp-without-certificate", "the trusted root has the authority's certificate", bare)
    book.add("rekor2-witnessed", "a checkpoint with a witness's line as well", _witnessed(book))
    both = logged.stamped(clock, STAMPED).logged2(book.sigstore.log2)
    book.add("two-logs", "entries of both logs", both, require="tlog=2")
    extended = book.certified("sct extensions", sct_extensions=bytes(8))
    book.add(
        "sct-with-extensions", "a certificate timestamp with extensions", book.logged(book.message(extended))
    )
    strange = logged.stamped(book.stranger.clock, STAMPED)
    book.add("strange-timestamp-beside-promise", "a timestamp that proves nothing, beside a promise", strange)


def _witnessed(book: Casebook) -> Signed:
    signed = book.stamped2(book.message())
    log, entry = book.sigstore.log2, signed.entry
    witness = OpenSSLKey(book.keys / "alice.key")
    text = rekor.note_text(log.host, entry.size, entry.root)
    line = rekor.cosignature(witness, "witness.cloudgrid.example", text, LOGGED)
    checkpoint = log.checkpoint(entry.size, entry.root, line)
    return dataclasses.replace(signed, entries=(dataclasses.replace(entry, checkpoint=checkpoint),))


def _attestations(book: Casebook) -> None:
    provenance = book.attestation()
    slsa: dict[str, str] = {"predicate": documents.SLSA_PREDICATE}
    book.add("attestation", "provenance of a file, kind dsse of Rekor v1", book.logged(provenance), **slsa)
    intoto = book.logged(provenance, intoto=True)
    book.add("attestation-intoto", "provenance of a file, kind intoto of Rekor v1", intoto, **slsa)
    book.add("attestation-rekor2", "provenance of a file, Rekor v2", book.stamped2(provenance), **slsa)
    older = book.logged(book.attestation(predicate_type=SLSA_V02))
    book.add("attestation-slsa-v0.2", "provenance of the older type", older, predicate=SLSA_V02)
    several = [
        digest_subject("other", "sha256", b"other"),
        digest_subject("artifact.txt", "sha256", ARTIFACT),
    ]
    listed = book.logged(book.attestation(subjects=several))
    book.add("attestation-second-subject", "the file is one of several subjects", listed, **slsa)
    sha512 = book.logged(book.attestation(subjects=[digest_subject("artifact.txt", "sha512", ARTIFACT)]))
    book.add("attestation-sha512-subject", "the subject is named by another hash", sha512, **slsa)


def _files_of_cosign_2(book: Casebook) -> None:
    signed = book.message()
    legacy = {"artifact.bundle": encoding.document(book.logged(signed).legacy_bundle())}
    book.add("legacy-bundle", "what `sign-blob --bundle` of cosign 2 wrote", legacy)
    files = {"artifact.sig": signature_file(signed), "artifact.pem": signed.signatory.pem.encode()}
    stamp = {"artifact.tsr": book.sigstore.clock.stamp(signed.signature, STAMPED)}
    about = "signature and certificate with a timestamp, where no log entry is asked for"
    book.add("detached-timestamped", about, {**files, **stamp}, require="tlog=0")
    twice = {**files, "artifact.pem": base64.b64encode(files["artifact.pem"])}
    about = "the certificate in base64 of PEM, as cosign writes it"
    book.add("detached-base64-certificate", about, {**twice, **stamp}, require="tlog=0")


def _image_layers(book: Casebook) -> None:
    image: dict[str, str] = {"artifact": "image.json"}
    payload = simple_signing_payload(IMAGE_REPOSITORY, f"sha256:{encoding.sha256(IMAGE)}")
    signed = book.message(content=payload)
    book.add("image-signature", "a layer of a `.sig` tag", image_layer(book.logged(signed)), **image)
    stamped = book.logged(signed).stamped(book.sigstore.clock, STAMPED)
    book.add("image-signature-timestamped", "the same with a timestamp", image_layer(stamped), **image)
    by_key = Signed.message(Signatory(ECKey.read(book.keys / "vendor.key")), payload)
    about = "a layer of a `.sig` tag, signed by a key"
    book.add("image-signature-key", about, image_layer(by_key), signer=public_file("p256"), **image)
    slsa: dict[str, str] = {**image, "predicate": documents.SLSA_PREDICATE}
    provenance = book.attestation(artifact=IMAGE)
    logged = book.logged(provenance)
    book.add("image-attestation", "a layer of an `.att` tag, kind dsse", image_layer(logged), **slsa)
    intoto = image_layer(book.logged(provenance, intoto=True))
    book.add("image-attestation-intoto", "a layer of an `.att` tag, kind intoto", intoto, **slsa)
    # cosign has the whole envelope stamped here, where it has the signature stamped elsewhere.
    response = book.sigstore.clock.stamp(encoding.compact(provenance.envelope()), STAMPED)
    stamped = image_layer(logged.with_timestamp(response))
    book.add("image-attestation-timestamped", "a timestamp over the envelope", stamped, **slsa)
    cosign3 = book.logged(book.attestation(predicate_type=documents.SIGN_PREDICATE, artifact=IMAGE))
    book.add(
        "image-signature-cosign-3",
        "a bundle",
        cosign3,
        artifact="image.json",
        predicate=documents.SIGN_PREDICATE,
    )


def _windows(book: Casebook) -> None:
    """Both ends of every window belong to it, and what ended since then was good at the time."""
    signed = book.message()
    book.add("logged-at-first-second", "the certificate's first second", book.logged(signed, at=NOW))
    book.add("logged-at-last-second", "the certificate's last second", book.logged(signed, at=NOW + LIFETIME))
    late = signed.stamped(book.sigstore.clock, NOW + LIFETIME).logged2(book.sigstore.log2)
    book.add("stamped-at-last-second", "the certificate's last second, by a timestamp", late)
    for name, part, at in (
        ("authority", "certificateAuthorities", LOGGED),
        ("log", "tlogs", LOGGED),
        ("timestamp-authority", "timestampAuthorities", STAMPED),
    ):
        made = book.stamped2(signed) if name == "timestamp-authority" else book.logged(signed)
        files = with_root(bundle_file(made.bundle()), ended(book.sigstore.trusted_root(), part, at))
        book.add(f"{name}-ended-then", "its window ends in the very second of the proven time", files)
    brief = instance.Sigstore.of_keys(book.keys, "brief", (NOW - timedelta(days=1), NOW + timedelta(days=1)))
    by_brief = book.logged(book.message(book.certified("brief", authority=brief.authority)))
    files = with_root(bundle_file(by_brief.bundle()), brief.trusted_root())
    book.add("authority-expired-since", "the authority's certificate ended a day later", files)


def ended(root: dict[str, Any], part: str, at: Any) -> dict[str, Any]:
    """The trusted root with an end for the window of the first of a kind."""
    first = root[part][0]
    window = dict(first["publicKey"]["validFor"] if "publicKey" in first else first["validFor"])
    window["end"] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    if "publicKey" in first:
        first["publicKey"] = {**first["publicKey"], "validFor": window}
    else:
        first["validFor"] = window
    return root


def _by_key(book: Casebook, name: str, key: SigningKey) -> None:
    signatory, signer = Signatory(key), public_file(name)
    signed = Signed.message(signatory, ARTIFACT)
    book.add(f"key-{name}", "a bundle without a log entry", signed, signer=signer)
    book.add(
        f"key-{name}-detached", "a bare signature", {"artifact.sig": signature_file(signed)}, signer=signer
    )
    if name in ("p384", "p521"):
        assert isinstance(key, ECKey)
        older = base64.b64encode(key.sign(ARTIFACT, "sha256"))
        about = "a bare signature over SHA-256, as cosign 2 makes it with every key"
        book.add(f"key-{name}-detached-sha256", about, {"artifact.sig": older}, signer=signer)
    provenance = book.attestation(signatory)
    slsa = documents.SLSA_PREDICATE
    book.add(f"key-{name}-attestation", "provenance of a file", provenance, signer=signer, predicate=slsa)


def _logged_keys(book: Casebook) -> None:
    keys = vendor_keys(book)
    for name in ("p256", "p384", "rsa"):
        signed = Signed.message(Signatory(keys[name]), ARTIFACT)
        signer = public_file(name)
        book.add(
            f"key-{name}-rekor1", "a bundle with an entry of Rekor v1", book.logged(signed), signer=signer
        )
        book.add(
            f"key-{name}-rekor2", "a bundle with an entry of Rekor v2", book.stamped2(signed), signer=signer
        )
    signed = Signed.message(Signatory(keys["p256"]), ARTIFACT)
    legacy = {"artifact.bundle": encoding.document(book.logged(signed).legacy_bundle())}
    about = "what cosign 2 wrote; the key in it is compared, never used"
    book.add("key-p256-legacy-bundle", about, legacy, signer=public_file("p256"))
    book.add(
        "key-p256-raw",
        "a signature that is not in base64",
        {"artifact.sig": signed.signature},
        signer=public_file("p256"),
    )
