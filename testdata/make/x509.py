"""Certificates like those of a public Sigstore (RFC 5280, and Fulcio's certificate specification)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from . import der
from .signing import ECKey, SigningKey

CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
_SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"
Window = tuple[datetime, datetime]
_SIGNATURES = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3"}


def name(organization: str | None = None, common_name: str | None = None) -> bytes:
    parts = [("2.5.4.10", organization), ("2.5.4.3", common_name)]
    return der.sequence(
        *(der.set_of(der.sequence(der.oid(kind), der.printable(text))) for kind, text in parts if text)
    )


def extension(kind: str, value: bytes, critical: bool = False) -> bytes:
    return der.sequence(der.oid(kind), *([der.true()] if critical else []), der.octets(value))


def signature_algorithm(hash_name: str) -> bytes:
    return der.sequence(der.oid(_SIGNATURES[hash_name]))


def key_id(spki: bytes) -> bytes:
    """RFC 5280, 4.2.1.2, method 1: SHA-1 of the key's bits, here an EC point after tag, length and count."""
    algorithm_and_key = der.content_of(spki)
    bits = algorithm_and_key[2 + algorithm_and_key[1] :]
    return hashlib.sha1(der.content_of(bits)[1:]).digest()


def subject_key(key: SigningKey) -> bytes:
    return extension("2.5.29.14", der.octets(key_id(key.spki)))


def authority_usages(path_length: int | None = None, code_signing: bool = False) -> list[bytes]:
    limit = [] if path_length is None else [der.integer(path_length)]
    purposes = [extended_key_usage(CODE_SIGNING)] if code_signing else []
    return [
        extension("2.5.29.15", der.bits(b"\x06", 1), critical=True),
        *purposes,
        extension("2.5.29.19", der.sequence(der.true(), *limit), critical=True),
    ]


def digital_signature() -> bytes:
    return extension("2.5.29.15", der.bits(b"\x80", 7), critical=True)


def extended_key_usage(purpose: str, critical: bool = False) -> bytes:
    return extension("2.5.29.37", der.sequence(der.oid(purpose)), critical)


def uri_name(*uris: str) -> bytes:
    """The subject alternative name; critical, because the subject is empty."""
    names = (der.context(6, uri.encode(), constructed=False) for uri in uris)
    return extension("2.5.29.17", der.sequence(*names), critical=True)


def sct_list(timestamps: list[bytes]) -> bytes:
    """RFC 6962, 3.3: a TLS list in an OCTET STRING."""
    listed = b"".join(len(sct).to_bytes(2, "big") + sct for sct in timestamps)
    return extension(_SCT_LIST, der.octets(len(listed).to_bytes(2, "big") + listed))


class Issuer:
    """A key and the name under which it signs certificates."""

    def __init__(self, key: ECKey, subject: bytes, certificate: bytes = b"") -> None:
        self.key, self.subject, self.certificate = key, subject, certificate

    @classmethod
    def self_signed(cls, key: ECKey, subject: bytes, window: Window, usages: list[bytes]) -> Issuer:
        issuer = cls(key, subject)
        issuer.certificate = issuer.issue(key, subject, window, [*usages, subject_key(key)])
        return issuer

    def subordinate(self, key: ECKey, subject: bytes, window: Window, usages: list[bytes]) -> Issuer:
        return Issuer(key, subject, self.issue(key, subject, window, [*usages, *self.identifiers(key)]))

    def identifiers(self, key: SigningKey) -> list[bytes]:
        """Whose key this is, and whose key signed it."""
        authority = der.context(0, key_id(self.key.spki), constructed=False)
        return [subject_key(key), extension("2.5.29.35", der.sequence(authority))]

    def issue(self, key: SigningKey, subject: bytes, window: Window, extensions: list[bytes]) -> bytes:
        return self.sign(self.to_be_signed(key, subject, window, extensions))

    def to_be_signed(self, key: SigningKey, subject: bytes, window: Window, extensions: list[bytes]) -> bytes:
        """The TBSCertificate. Its serial number follows from the key and the window."""
        validity = der.sequence(*map(der.utc_time, window))
        return der.sequence(
            der.context(0, der.integer(2)),
            der.integer(serial_number(subject + validity + key.spki)),
            signature_algorithm(self.key.curve.hash),
            self.subject,
            validity,
            subject,
            key.spki,
            der.context(3, der.sequence(*extensions)),
        )

    def sign(self, to_be_signed: bytes) -> bytes:
        algorithm = signature_algorithm(self.key.curve.hash)
        return der.sequence(to_be_signed, algorithm, der.bits(self.key.sign(to_be_signed)))


def serial_number(said: bytes) -> int:
    return int.from_bytes(b"\x5c" + hashlib.sha256(said).digest()[:19], "big")
