"""The test keys and what is signed with them. Each signature is verified with `openssl` before it is used."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

from . import der, ecdsa

CAROLS_PASSPHRASE = "correct horse"


def _ec(curve: str) -> list[str]:
    named = ["-pkeyopt", f"ec_paramgen_curve:{curve}", "-pkeyopt", "ec_param_enc:named_curve"]
    return ["-algorithm", "EC", *named]


_ED25519 = ["-algorithm", "ED25519"]
_KEYS = {
    "alice": _ED25519,
    "bob": _ec("P-256"),
    "carol": _ec("P-256") + ["-aes-256-cbc", "-pass", f"pass:{CAROLS_PASSPHRASE}"],
    "vendor": _ec("P-256"),
    "vendor-p384": _ec("P-384"),
    "vendor-p521": _ec("P-521"),
    "vendor-rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
    "vendor-ed25519": _ED25519,
    "sigstore/root": _ec("P-384"),
    "sigstore/fulcio": _ec("P-384"),
    "sigstore/ctlog": _ec("P-256"),
    "sigstore/rekor": _ec("P-256"),
    "sigstore/rekor2": _ED25519,
    "sigstore/tsa-root": _ec("P-384"),
    "sigstore/tsa": _ec("P-384"),
}


class KeyProblem(Exception):
    """A key file is missing, or a signature made here does not verify."""


def openssl(*arguments: str | Path, data: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True)
    if done.returncode != 0:
        raise KeyProblem(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def prepare_keys(folder: Path, create: bool) -> None:
    """Makes sure that every key is there, and readable by its owner alone.

    Keys are made only where asked for and only where missing: a new key of the private Sigstore changes every
    signature of the sample. The mode is set on each run because git does not keep it, and signers refuse a
    key that others can read.
    """
    for name, options in _KEYS.items():
        private, public = folder / f"{name}.key", folder / f"{name}.pub"
        if not private.exists():
            if not create:
                raise KeyProblem(f"{private}: is missing; --new-keys makes another one")
            private.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(openssl("genpkey", *options))
        private.chmod(0o600)
        if not public.exists():
            passphrase = ["-passin", f"pass:{CAROLS_PASSPHRASE}"] if name == "carol" else []
            public.write_bytes(openssl("pkey", "-in", private, "-pubout", *passphrase))


class SigningKey(Protocol):
    """A private key that gives one and the same signature for the same bytes."""

    spki: bytes
    # What Sigstore's protobuf calls the key's kind (sigstore_common.proto, PublicKeyDetails).
    details: str
    # With which its messages are hashed.
    hash_name: str

    def sign(self, message: bytes) -> bytes: ...


def pem(label: str, content: bytes) -> str:
    text = base64.b64encode(content).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def public_pem(key: SigningKey) -> str:
    return pem("PUBLIC KEY", key.spki)


class ECKey:
    """An ECDSA key. What it signs is hashed as its curve asks for, or by the hash named."""

    def __init__(self, curve: ecdsa.Curve, scalar: int) -> None:
        self.curve, self.hash_name, self._scalar = curve, curve.hash, scalar
        x, y = (value.to_bytes(curve.byte_count, "big") for value in ecdsa.multiple(curve, scalar))
        kind = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid(curve.oid))
        self.point = b"\x04" + x + y
        self.spki = der.sequence(kind, der.bits(self.point))
        self.details = f"PKIX_ECDSA_{curve.name}_{curve.hash.upper().replace('SHA', 'SHA_')}"

    @classmethod
    def read(cls, private: Path) -> ECKey:
        # SEC 1 (RFC 5915): SEQUENCE, INTEGER 1, then the scalar as an OCTET STRING as wide as the field.
        sec1 = der.content_of(openssl("pkey", "-in", private, "-traditional", "-outform", "DER"))
        widths = {curve.byte_count: curve for curve in ecdsa.CURVES}
        if sec1[:4] != b"\x02\x01\x01\x04" or sec1[4] not in widths:
            raise KeyProblem(f"{private}: is no ECDSA key of a curve in use here")
        return cls(widths[sec1[4]], int.from_bytes(sec1[5 : 5 + sec1[4]], "big"))

    @classmethod
    def of_seed(cls, seed: str, curve: ecdsa.Curve = ecdsa.P256) -> ECKey:
        """A key that lives for one signature, as a workflow's does: it is kept nowhere, the seed tells it."""
        noise = hashlib.shake_256(f"key {seed}".encode()).digest(curve.byte_count + 16)
        return cls(curve, int.from_bytes(noise, "big") % (curve.n - 1) + 1)

    def sign(self, message: bytes, hash_name: str | None = None) -> bytes:
        hash_name = hash_name or self.curve.hash
        signature = ecdsa.signature(self.curve, self._scalar, message, hash_name)
        with tempfile.TemporaryDirectory() as folder:
            public, detached = Path(folder, "public"), Path(folder, "signature")
            public.write_text(public_pem(self))
            detached.write_bytes(signature)
            openssl("dgst", f"-{hash_name}", "-verify", public, "-signature", detached, data=message)
        return signature


class OpenSSLKey:
    """An Ed25519 or RSA key, whose signatures hold nothing random: OpenSSL makes them."""

    hash_name = "sha256"

    def __init__(self, private: Path) -> None:
        self._private = private
        self.spki = openssl("pkey", "-in", private, "-pubout", "-outform", "DER")
        self._is_rsa = der.oid("1.2.840.113549.1.1.1") in self.spki[:32]
        self.details = "PKIX_RSA_PKCS1V15_3072_SHA256" if self._is_rsa else "PKIX_ED25519"

    @property
    def raw_public(self) -> bytes:
        """The 32 bytes of an Ed25519 key."""
        return self.spki[-32:]

    def sign(self, message: bytes) -> bytes:
        if self._is_rsa:
            return openssl("dgst", "-sha256", "-sign", self._private, data=message)
        with tempfile.TemporaryDirectory() as folder:
            # One-shot signing wants to know the size before it reads.
            content, detached = Path(folder, "message"), Path(folder, "signature")
            content.write_bytes(message)
            key = ["-inkey", self._private, "-rawin", "-in", content]
            detached.write_bytes(openssl("pkeyutl", "-sign", *key))
            openssl("pkeyutl", "-verify", *key, "-sigfile", detached)
            return detached.read_bytes()
