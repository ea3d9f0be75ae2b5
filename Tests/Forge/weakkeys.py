"""Public keys that no policy accepts, and one key in another coat."""

from __future__ import annotations

import subprocess
from pathlib import Path

from goodbundle import KEYS

WEAK = {
    "rsa1024.pub": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "p192.pub": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime192v1"],
    "secp256k1.pub": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
    "explicit.pub": [
        *("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-pkeyopt", "ec_param_enc:explicit"),
    ],
}


def make_weak_keys(folder: Path) -> None:
    for name, options in WEAK.items():
        private = _openssl("genpkey", *options)
        (folder / name).write_bytes(_openssl("pkey", "-pubout", given=private))
    (folder / "alice-crlf.pub").write_bytes((KEYS / "alice.pub").read_bytes().replace(b"\n", b"\r\n"))


def _openssl(*arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, check=True, capture_output=True).stdout
