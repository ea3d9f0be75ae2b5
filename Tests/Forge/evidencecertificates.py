"""Certificates that an authority should not have made, and what stands for their transparency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidencelab import IDENTITY, NOW, Case, Lab, Roots, bundle, flipped
from make import der, x509
from make.evidence import BUNDLE_V02, Signatory
from make.fulcio import LIFETIME

_OIDC = "1.3.6.1.4.1.57264.1"


def leaves(lab: Lab, roots: Roots) -> Iterator[Case]:
    """Certificates that our authority should not have made."""

    def of(kind: str, extensions: list[bytes]) -> bytes:
        mark = der.oid(kind)
        return next(extension for extension in extensions if mark in extension[:24])

    def without(kind: str, *more: bytes) -> Any:
        return lambda extensions: [e for e in extensions if e != of(kind, extensions)] + list(more)

    issuer = "https://token.actions.githubusercontent.com"
    dns = x509.extension(
        "2.5.29.17", der.sequence(der.context(2, b"one.example", constructed=False)), critical=True
    )
    changes = {
        "no code signing": without("2.5.29.37", x509.extended_key_usage(x509.TIME_STAMPING)),
        "no usage": without("2.5.29.37"),
        "a host's name": without("2.5.29.17", dns),
        "bytes after the issuer": without(
            f"{_OIDC}.8", x509.extension(f"{_OIDC}.8", der.utf8(issuer) + b"x")
        ),
        "an issuer that is no text": without(f"{_OIDC}.8", x509.extension(f"{_OIDC}.8", issuer.encode())),
    }
    for name, change in changes.items():
        signed = lab.logged(lab.message(lab.leaf(change)))
        yield bundle(f"certificate: {name}", signed.bundle(), "vendor.certificate")
    signed = lab.logged(lab.message(lab.leaf(without(f"{_OIDC}.8"))))
    yield bundle("certificate with the older issuer alone", signed.bundle())
    value = lab.logged(lab.message()).bundle(BUNDLE_V02)
    value["verificationMaterial"]["x509CertificateChain"]["certificates"].clear()
    yield bundle("chain without a certificate", value, "vendor.certificate")
    value = lab.logged(lab.message()).bundle()
    material = value["verificationMaterial"]
    material["x509CertificateChain"] = {"certificates": [material.pop("certificate")]}
    yield bundle("chain in a bundle v0.3", value, "vendor.format")


def promises(lab: Lab, roots: Roots) -> Iterator[Case]:
    """Certificate timestamps."""

    def signed(name: str, reason: str | None, signatory: Signatory) -> Case:
        return bundle(f"SCT: {name}", lab.logged(lab.message(signatory)).bundle(), reason)

    def same(extensions: list[bytes]) -> list[bytes]:
        return extensions

    # The places of RFC 6962, 3.2: the log, the time, the signature.
    yield signed("time", "vendor.sct", lab.leaf(same, promise=lambda sct: flipped(sct, 40)))
    yield signed("signature", "vendor.sct", lab.leaf(same, promise=flipped))
    issuer = lab.ours.authority.issuer
    held = lab.key()
    extensions = [
        x509.digital_signature(),
        x509.extended_key_usage(x509.CODE_SIGNING),
        *issuer.identifiers(held),
        x509.uri_name(IDENTITY.subject),
        *IDENTITY.extensions(),
    ]
    bare = Signatory(held, issuer.issue(held, x509.name(), (NOW, NOW + LIFETIME), extensions))
    value = lab.logged(lab.message(bare)).bundle()
    yield bundle("SCT: none, and none asked for", value, roots=[{"root": "ours", "sct": 0}])
    root = lab.ours.trusted_root()
    root["ctlogs"] = []
    roots["without CT logs"] = root
    yield bundle(
        "a root whose CT logs were taken out", value, "vendor.root", roots=[{"root": "without CT logs"}]
    )
    root = lab.ours.trusted_root()
    root["tlogs"] = []
    roots["without logs"] = root
    value = lab.stamped(lab.message()).bundle()
    yield bundle("a root whose logs were taken out", value, "vendor.root", roots=[{"root": "without logs"}])
