"""A timestamp authority (RFC 3161; RFC 5816 for the certificate's identifier; RFC 5652 for the envelope)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from . import der, x509
from .signing import ECKey

_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_POLICY = "1.3.6.1.4.1.57264.2"


def _sha256() -> bytes:
    return der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.null())


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.set_of(value))


class TimestampAuthority:
    """Says when it saw a signature. `chain` is its own certificate and those above it."""

    def __init__(self, key: ECKey, issuer: x509.Issuer, certificate: bytes) -> None:
        self._key, self._issuer, self.certificate = key, issuer, certificate

    @classmethod
    def below(
        cls, issuer: x509.Issuer, key: ECKey, subject: bytes, window: x509.Window
    ) -> TimestampAuthority:
        extensions = [
            x509.digital_signature(),
            *issuer.identifiers(key),
            x509.extended_key_usage(x509.TIME_STAMPING, critical=True),
        ]
        return cls(key, issuer, issuer.issue(key, subject, window, extensions))

    @property
    def chain(self) -> list[bytes]:
        return [self.certificate, self._issuer.certificate]

    def stamp(
        self, signature: bytes, at: datetime, *, embed: bool = True, before: tuple[bytes, ...] = ()
    ) -> bytes:
        """A TimeStampResp over the signature's bytes.

        With or without the authority's certificate in it, and with others `before` it, which prove nothing.
        """
        imprint = der.sequence(_sha256(), der.octets(hashlib.sha256(signature).digest()))
        info = der.sequence(
            der.integer(1),
            der.oid(_POLICY),
            imprint,
            der.integer(x509.serial_number(signature + der.generalized_time(at))),
            der.generalized_time(at),
        )
        signed_data = der.sequence(
            der.integer(3),
            der.set_of(_sha256()),
            der.sequence(der.oid(_TST_INFO), der.context(0, der.octets(info))),
            *([der.context(0, b"".join((*before, self.certificate)))] if embed else []),
            der.set_of(self._signer_info(info, at)),
        )
        token = der.sequence(der.oid("1.2.840.113549.1.7.2"), der.context(0, signed_data))
        return der.sequence(der.sequence(der.integer(0)), token)

    def _signer_info(self, info: bytes, at: datetime) -> bytes:
        serial = self._serial_number()
        names = der.sequence(der.context(4, self._issuer.subject))
        identifier = der.sequence(
            der.octets(hashlib.sha256(self.certificate).digest()), der.sequence(names, serial)
        )
        attributes = der.set_of(
            _attribute("1.2.840.113549.1.9.3", der.oid(_TST_INFO)),
            _attribute("1.2.840.113549.1.9.5", der.utc_time(at)),
            _attribute("1.2.840.113549.1.9.4", der.octets(hashlib.sha256(info).digest())),
            _attribute("1.2.840.113549.1.9.16.2.47", der.sequence(der.sequence(identifier))),
        )
        return der.sequence(
            der.integer(1),
            der.sequence(self._issuer.subject, serial),
            _sha256(),
            # Signed as a SET OF, sent with a context tag (RFC 5652, 5.4).
            der.context(0, der.content_of(attributes)),
            x509.signature_algorithm("sha256"),
            der.octets(self._key.sign(attributes, "sha256")),
        )

    def _serial_number(self) -> bytes:
        """The certificate's serial number, as it is encoded there: after the version."""
        to_be_signed = der.content_of(der.content_of(self.certificate))
        start = 2 + to_be_signed[1]
        return to_be_signed[start : start + 2 + to_be_signed[start + 1]]
