"""The private Sigstore of the test data, made to lie, and the record of one piece of evidence."""

from __future__ import annotations

import base64
import copy
import dataclasses
import hashlib
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Callable

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"
sys.path.insert(0, str(TESTDATA))

from make import documents, x509  # noqa: E402
from make.evidence import Signatory, Signed  # noqa: E402
from make.facts import CREATED, Release  # noqa: E402
from make.fulcio import LIFETIME, Identity  # noqa: E402
from make.instance import Sigstore, release_identity  # noqa: E402
from make.signing import ECKey, public_pem  # noqa: E402

NOW = CREATED
ARTIFACT = b"an artifact that somebody signs\n"
OTHER = b"another artifact\n"
STATEMENT = documents.statement(
    documents.STATEMENT_V1,
    documents.subject(hashlib.sha256(ARTIFACT).hexdigest(), "artifact"),
    documents.SLSA_PREDICATE,
    {},
)
IDENTITY = release_identity(Release(), "tag")
NO_LOG = [{"root": "ours", "tlog": 0}]
# Trusted roots that a lie needs, by name.
Roots = dict[str, Any]
Extensions = Callable[[list[bytes]], list[bytes]]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def flipped(data: bytes, place: int = -1) -> bytes:
    """The bytes with one bit of one byte changed."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def flipped_text(text: str, place: int = -1) -> str:
    return b64(flipped(base64.b64decode(text), place))


class Lab:
    """Our Sigstore, another one that nobody here trusts, and new keys as they are needed."""

    def __init__(self) -> None:
        self.ours = Sigstore.of_keys(TESTDATA / "keys", "forge")
        self.theirs = Sigstore.stranger(TESTDATA / "keys")
        self._keys = 0

    def key(self) -> ECKey:
        self._keys += 1
        return ECKey.of_seed(f"forge {self._keys}")

    def signatory(self, at: datetime = NOW, identity: Identity = IDENTITY, **options: Any) -> Signatory:
        return self.ours.authority.certify(identity, self.key(), at, **options)

    def leaf(
        self,
        change: Extensions,
        *,
        promise: Callable[[bytes], bytes] | None = None,
        key: ECKey | None = None,
        issuer: x509.Issuer | None = None,
    ) -> Signatory:
        """A certificate by our authority with other extensions and a good certificate timestamp."""
        issuer, key = issuer or self.ours.authority.issuer, key or self.key()
        extensions = change(
            [
                x509.digital_signature(),
                x509.extended_key_usage(x509.CODE_SIGNING),
                *issuer.identifiers(key),
                x509.uri_name(IDENTITY.subject),
                *IDENTITY.extensions(),
            ]
        )
        window, nobody = (NOW, NOW + LIFETIME), x509.name()
        precertificate = issuer.to_be_signed(key, nobody, window, extensions)
        sct = self.ours.ctlog.promise(precertificate, issuer, NOW)
        scts = [x509.sct_list([promise(sct) if promise else sct])]
        return Signatory(key, issuer.issue(key, nobody, window, extensions + scts))

    def message(self, signatory: Signatory | None = None, content: bytes = ARTIFACT) -> Signed:
        return Signed.message(signatory or self.signatory(), content)

    def logged(self, signed: Signed, seconds: int = 5, **options: Any) -> Signed:
        return signed.logged(self.ours.log1, NOW + timedelta(seconds=seconds), **options)

    def stamped(self, signed: Signed, seconds: int = 5, **options: Any) -> Signed:
        return signed.stamped(self.ours.clock, NOW + timedelta(seconds=seconds), **options)

    def roots(self) -> dict[str, Any]:
        return {"ours": self.ours.trusted_root(), "theirs": self.theirs.trusted_root()}


@dataclasses.dataclass
class Case:
    """Evidence as a verifier gets it, by what it is to be judged, and what the verdict must be."""

    name: str
    # bundle (any JSON), image, attestation or detached.
    form: str
    # None where it must hold.
    reason: str | list[str] | None = None
    content: bytes = b""
    annotations: dict[str, str] = dataclasses.field(default_factory=dict)
    certificate: bytes | None = None
    timestamp: bytes | None = None
    artifact: bytes = ARTIFACT
    digest_only: bool = False
    roots: list[dict[str, Any]] = dataclasses.field(default_factory=lambda: [{"root": "ours"}])
    keys: list[dict[str, str]] = dataclasses.field(default_factory=list)
    offline: bool = False
    predicate: str | None = None

    def listed(self) -> dict[str, Any]:
        reasons = [self.reason] if isinstance(self.reason, str) else self.reason
        listed = dataclasses.asdict(self) | {
            "reasons": reasons,
            "content": b64(self.content),
            "artifact": b64(self.artifact),
            "certificate": None if self.certificate is None else b64(self.certificate),
            "timestamp": None if self.timestamp is None else b64(self.timestamp),
        }
        del listed["reason"]
        return listed

    def but(self, name: str, reason: str | list[str] | None, **changes: Any) -> Case:
        return dataclasses.replace(copy.deepcopy(self), name=f"{self.name}: {name}", reason=reason, **changes)


def bundle(name: str, value: Any, reason: str | list[str] | None = None, **members: Any) -> Case:
    return Case(name, "bundle", reason, json.dumps(value).encode(), **members)


def key(signatory: Signatory, **members: str) -> dict[str, str]:
    """The entry of a key that the verifier trusts."""
    return {"pem": public_pem(signatory.key), **members}
