"""A certificate authority for workflows, and the log of what it issued (Fulcio; RFC 6962 for the log)."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime, timedelta

from . import der, x509
from .evidence import Signatory
from .signing import ECKey, SigningKey

_OIDC = "1.3.6.1.4.1.57264.1"
LIFETIME = timedelta(minutes=10)


ISSUER = "https://token.actions.githubusercontent.com"


@dataclasses.dataclass(frozen=True)
class Identity:
    """What the token of a GitHub workflow says about the run that asks for a certificate.

    `caller` is the repository that started the run, where it is not the one that the workflow is in.
    """

    commit: str
    ref: str
    repository: str = "cloudgrid-dev/cloudgrid"
    workflow: str = ".github/workflows/release.yml"
    trigger: str = "push"
    runner: str = "github-hosted"
    issuer: str = ISSUER
    caller: str | None = None

    @property
    def subject(self) -> str:
        return f"https://github.com/{self.repository}/{self.workflow}@{self.ref}"

    def extensions(self) -> list[bytes]:
        """Fulcio's extensions: up to .6 the bare text, later ones a UTF8String (fulcio docs/oid-info.md)."""
        source = self.caller or self.repository
        repository = f"https://github.com/{source}"
        owner = source.partition("/")[0]
        bare = {
            1: self.issuer,
            2: self.trigger,
            3: self.commit,
            4: "Release",
            5: source,
            6: self.ref,
        }
        encoded = {
            8: self.issuer,
            9: self.subject,
            10: self.commit,
            11: self.runner,
            12: repository,
            13: self.commit,
            14: self.ref,
            15: _number(repository),
            16: f"https://github.com/{owner}",
            17: _number(owner),
            18: self.subject,
            19: self.commit,
            20: self.trigger,
            21: f"{repository}/actions/runs/1/attempts/1",
            22: "public",
        }
        values = {**{k: v.encode() for k, v in bare.items()}, **{k: der.utf8(v) for k, v in encoded.items()}}
        return [x509.extension(f"{_OIDC}.{number}", value) for number, value in values.items()]


def _number(name: str) -> str:
    """The number that GitHub keeps for a name; nine digits, as theirs."""
    return str(100_000_000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:3], "big"))


class CTLog:
    """Promises to log a certificate before it is complete, so that the promise can stand in it."""

    def __init__(self, key: ECKey) -> None:
        self.key = key
        self.log_id = hashlib.sha256(key.spki).digest()

    def promise(
        self, to_be_signed: bytes, issuer: x509.Issuer, at: datetime, extensions: bytes = b""
    ) -> bytes:
        """A signed certificate timestamp over the certificate without it (RFC 6962, 3.2)."""
        time = (int(at.timestamp()) * 1000 + 41).to_bytes(8, "big")
        tail = len(extensions).to_bytes(2, "big") + extensions
        issuer_key = hashlib.sha256(issuer.key.spki).digest()
        precertificate = issuer_key + len(to_be_signed).to_bytes(3, "big") + to_be_signed
        signature = self.key.sign(b"\0\0" + time + b"\0\1" + precertificate + tail)
        # SHA-256 and ECDSA, as TLS 1.2 numbers them.
        return b"\0" + self.log_id + time + tail + b"\4\3" + len(signature).to_bytes(2, "big") + signature


class CertificateAuthority:
    """An intermediate below a root, which issues certificates of ten minutes."""

    def __init__(self, root: x509.Issuer, issuer: x509.Issuer, log: CTLog) -> None:
        self.root, self.issuer, self.log = root, issuer, log

    @property
    def chain(self) -> list[bytes]:
        return [self.issuer.certificate, self.root.certificate]

    def certify(
        self,
        identity: Identity,
        key: SigningKey,
        at: datetime,
        *,
        usages: list[bytes] | None = None,
        others: list[bytes] | None = None,
        sct: bytes | None = None,
        sct_extensions: bytes = b"",
    ) -> Signatory:
        """A certificate for the key.

        `usages` and `others` stand in place of the usual ones, `sct` in place of the promise that it is due;
        an empty `sct` leaves it out.
        """
        extensions = [
            *(code_signing_usages() if usages is None else usages),
            *self.issuer.identifiers(key),
            *(identity_extensions(identity) if others is None else others),
        ]
        window, nobody = (at, at + LIFETIME), x509.name()
        if sct is None:
            precertificate = self.issuer.to_be_signed(key, nobody, window, extensions)
            sct = self.log.promise(precertificate, self.issuer, at, sct_extensions)
        promised = [x509.sct_list([sct])] if sct else []
        return Signatory(key, self.issuer.issue(key, nobody, window, [*extensions, *promised]))


def code_signing_usages() -> list[bytes]:
    return [x509.digital_signature(), x509.extended_key_usage(x509.CODE_SIGNING)]


def identity_extensions(identity: Identity) -> list[bytes]:
    return [x509.uri_name(identity.subject), *identity.extensions()]
