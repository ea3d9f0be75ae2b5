"""The test keys and what is signed with them.

cosign signs with ECDSA P-256, and such a signature normally holds a random number, so that it is new on
every run. RFC 6979 takes that number from the key and the message instead; OpenSSL can do so only since 3.2,
hence the few lines here. They take no care of timing and must never meet a key that is secret. Each signature
is verified with `openssl` before it is used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

CAROLS_PASSPHRASE = "correct horse"

_EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:named_curve"]
_KEYS = {
    "alice": ["-algorithm", "ED25519"],
    "bob": _EC,
    "carol": _EC + ["-aes-256-cbc", "-pass", f"pass:{CAROLS_PASSPHRASE}"],
    "vendor": _EC,
}

# NIST P-256 (FIPS 186-4, D.1.2.3).
_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


class KeyProblem(Exception):
    """A key file is missing, or a signature made here does not verify."""


def openssl(*arguments: str | Path) -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True)
    if done.returncode != 0:
        raise KeyProblem(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def prepare_keys(folder: Path, create: bool) -> None:
    """Makes sure that every key is there, and readable by its owner alone.

    Keys are made only where asked for and only where missing: a new vendor key changes every signature of the
    sample. The mode is set on each run because git does not keep it, and signers refuse a key that
    others can read.
    """
    for name, options in _KEYS.items():
        private, public = folder / f"{name}.key", folder / f"{name}.pub"
        if not private.exists():
            if not create:
                raise KeyProblem(f"{private}: is missing; --new-keys makes another one")
            folder.mkdir(parents=True, exist_ok=True)
            with open(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(openssl("genpkey", *options))
        private.chmod(0o600)
        if not public.exists():
            passphrase = ["-passin", f"pass:{CAROLS_PASSPHRASE}"] if name == "carol" else []
            public.write_bytes(openssl("pkey", "-in", private, "-pubout", *passphrase))


class Signer:
    """An ECDSA P-256 key that gives one and the same signature for the same bytes."""

    def __init__(self, private: Path, public: Path) -> None:
        # SEC 1 (RFC 5915): SEQUENCE, INTEGER 1, then the scalar as an OCTET STRING of 32 bytes.
        sec1 = openssl("pkey", "-in", private, "-traditional", "-outform", "DER")
        if sec1[2:7] != b"\x02\x01\x01\x04\x20":
            raise KeyProblem(f"{private}: is no ECDSA P-256 key")
        self._scalar = int.from_bytes(sec1[7:39], "big")
        self._public = public
        spki = openssl("pkey", "-pubin", "-in", public, "-outform", "DER")
        self.hint = base64.b64encode(hashlib.sha256(spki).digest()).decode()

    def sign(self, message: bytes) -> str:
        """The signature over SHA-256 of the message: DER, in base64."""
        signature = _der(*ecdsa(self._scalar, hashlib.sha256(message).digest()))
        self._verify(message, signature)
        return base64.b64encode(signature).decode()

    def _verify(self, message: bytes, signature: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            content, detached = Path(folder, "message"), Path(folder, "signature")
            content.write_bytes(message)
            detached.write_bytes(signature)
            openssl("dgst", "-sha256", "-verify", self._public, "-signature", detached, content)


def ecdsa(scalar: int, digest: bytes) -> tuple[int, int]:
    """ECDSA with the deterministic nonce of RFC 6979, section 3.2, for P-256 and SHA-256."""
    z = int.from_bytes(digest, "big")
    for nonce in _nonces(scalar, z % _N):
        r = _times_generator(nonce)[0] % _N
        s = pow(nonce, -1, _N) * (z + r * scalar) % _N
        if r and s:
            return r, s
    raise AssertionError("the nonces of RFC 6979 do not end")


def _nonces(scalar: int, reduced_digest: int) -> Iterator[int]:
    def mac(key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, "sha256")

    seed = scalar.to_bytes(32, "big") + reduced_digest.to_bytes(32, "big")
    key, value = bytes(32), b"\x01" * 32
    for mark in (b"\x00", b"\x01"):
        key = mac(key, value + mark + seed)
        value = mac(key, value)
    while True:
        value = mac(key, value)
        candidate = int.from_bytes(value, "big")
        if 0 < candidate < _N:
            yield candidate
        key = mac(key, value + b"\x00")
        value = mac(key, value)


def _times_generator(factor: int) -> tuple[int, int]:
    total, power = None, _G
    while factor:
        if factor & 1:
            total = power if total is None else _add(total, power)
        power = _add(power, power)
        factor >>= 1
    if total is None:
        raise ValueError("zero times the generator is no point")
    return total


def _add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, _P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, _P)
    x = (slope * slope - a[0] - b[0]) % _P
    return x, (slope * (a[0] - x) - a[1]) % _P


def _der(r: int, s: int) -> bytes:
    def integer(value: int) -> bytes:
        content = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return b"\x02" + bytes([len(content)]) + content

    content = integer(r) + integer(s)
    return b"\x30" + bytes([len(content)]) + content
