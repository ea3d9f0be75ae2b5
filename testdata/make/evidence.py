"""A signature, what was gathered with it, and the files in which it travels."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime
from typing import Any

from . import encoding, rekor
from .rekor import base64_text
from .signing import SigningKey, pem, public_pem
from .timestamping import TimestampAuthority

IN_TOTO = "application/vnd.in-toto+json"
SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature"
BUNDLE_V01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
BUNDLE_V02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
BUNDLE_V03_OLD = "application/vnd.dev.sigstore.bundle+json;version=0.3"
BUNDLE_V03 = "application/vnd.dev.sigstore.bundle.v0.3+json"


@dataclasses.dataclass(frozen=True)
class Signatory:
    """A key, and the certificate that says who held it; none where the verifier knows the key."""

    key: SigningKey
    certificate: bytes | None = None

    @property
    def pem(self) -> str:
        return public_pem(self.key) if self.certificate is None else pem("CERTIFICATE", self.certificate)


def pre_authentication_encoding(payload: bytes, payload_type: str = IN_TOTO) -> bytes:
    """DSSE 1.0: what is signed is this, never the payload alone."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)


@dataclasses.dataclass(frozen=True)
class Signed:
    """A message or a statement (in a DSSE envelope) with its signature, log entries and timestamps."""

    signatory: Signatory
    content: bytes
    signature: bytes
    is_statement: bool = False
    entries: tuple[rekor.Entry, ...] = ()
    timestamps: tuple[bytes, ...] = ()

    @classmethod
    def message(cls, signatory: Signatory, content: bytes) -> Signed:
        return cls(signatory, content, signatory.key.sign(content))

    @classmethod
    def statement(cls, signatory: Signatory, statement: Any) -> Signed:
        payload = encoding.compact(statement)
        signature = signatory.key.sign(pre_authentication_encoding(payload))
        return cls(signatory, payload, signature, is_statement=True)

    @property
    def signed_bytes(self) -> bytes:
        return pre_authentication_encoding(self.content) if self.is_statement else self.content

    def envelope(self) -> dict[str, Any]:
        return {
            "payload": base64_text(self.content),
            "payloadType": IN_TOTO,
            "signatures": [{"sig": base64_text(self.signature)}],
        }

    def logged(self, log: rekor.Log1, at: datetime, *, intoto: bool = False) -> Signed:
        """With an entry of Rekor v1: of kind hashedrekord for a message, dsse or intoto for a statement."""
        holder = self.signatory.pem
        if not self.is_statement:
            hash_name = self.signatory.key.hash_name
            body = rekor.hashedrekord1(self.content, hash_name, self.signature, holder)
        else:
            envelope = encoding.compact(self.envelope())
            if intoto:
                body = rekor.intoto2(envelope, IN_TOTO, self.content, self.signature, holder)
            else:
                body = rekor.dsse1(envelope, self.content, self.signature, holder)
        return self.with_entry(log.add(*body, at))

    def logged2(self, log: rekor.Log2) -> Signed:
        """With an entry of Rekor v2, which knows only the digest of what was signed."""
        key, certificate = self.signatory.key, self.signatory.certificate
        return self.with_entry(
            log.add(*rekor.hashedrekord2(self.signed_bytes, self.signature, key, certificate))
        )

    def stamped(self, authority: TimestampAuthority, at: datetime, *, embed: bool = True) -> Signed:
        return self.with_timestamp(authority.stamp(self.signature, at, embed=embed))

    @property
    def entry(self) -> rekor.Entry:
        """The one log entry."""
        (entry,) = self.entries
        return entry

    def with_entry(self, entry: rekor.Entry) -> Signed:
        return dataclasses.replace(self, entries=(*self.entries, entry))

    def with_timestamp(self, response: bytes) -> Signed:
        return dataclasses.replace(self, timestamps=(*self.timestamps, response))

    def bundle(self, media_type: str = BUNDLE_V03, *, proof: bool = True) -> dict[str, Any]:
        """A Sigstore bundle (sigstore_bundle.proto) as JSON; up to v0.2 the certificate stands in a chain."""
        material: dict[str, Any]
        if self.signatory.certificate is None:
            material = {"publicKey": {"hint": base64_text(hashlib.sha256(self.signatory.key.spki).digest())}}
        else:
            certificate = {"rawBytes": base64_text(self.signatory.certificate)}
            chained = media_type in (BUNDLE_V01, BUNDLE_V02)
            material = (
                {"x509CertificateChain": {"certificates": [certificate]}}
                if chained
                else {"certificate": certificate}
            )
        material["tlogEntries"] = [entry.protobuf(proof=proof) for entry in self.entries]
        if self.timestamps:
            stamps = [{"signedTimestamp": base64_text(stamp)} for stamp in self.timestamps]
            material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
        return {"mediaType": media_type, "verificationMaterial": material, **self._content()}

    def _content(self) -> dict[str, Any]:
        if self.is_statement:
            return {"dsseEnvelope": self.envelope()}
        digest = rekor.hash_output(self.content, self.signatory.key.hash_name)
        return {"messageSignature": {"messageDigest": digest, "signature": base64_text(self.signature)}}

    def legacy_bundle(self) -> dict[str, Any]:
        """What `cosign sign-blob --bundle` wrote before Sigstore's own bundles (cosign 2)."""
        return {
            "base64Signature": base64_text(self.signature),
            "cert": base64_text(self.signatory.pem.encode()),
            "rekorBundle": self.rekor_bundle(),
        }

    def rekor_bundle(self) -> dict[str, Any]:
        """The promise of a log entry as cosign 2 keeps it: there is no proof of inclusion in it."""
        assert self.entry.promise is not None
        return {"SignedEntryTimestamp": base64_text(self.entry.promise), "Payload": self.entry.set_payload()}

    def annotations(self, chain: list[bytes] | None = None) -> dict[str, str]:
        """Those of a layer under a signature or attestation tag, where cosign 2 keeps what proves it."""
        kept = {SIGNATURE_ANNOTATION: "" if self.is_statement else base64_text(self.signature)}
        if self.signatory.certificate is not None:
            kept["dev.sigstore.cosign/certificate"] = self.signatory.pem
        if chain:
            kept["dev.sigstore.cosign/chain"] = "".join(pem("CERTIFICATE", der) for der in chain)
        if self.entries:
            kept["dev.sigstore.cosign/bundle"] = encoding.compact(self.rekor_bundle()).decode()
        for response in self.timestamps:
            stamp = {"SignedRFC3161Timestamp": base64_text(response)}
            kept["dev.sigstore.cosign/rfc3161timestamp"] = encoding.compact(stamp).decode()
        return kept
