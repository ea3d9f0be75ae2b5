"""Section 5: which pinned keys have signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import strictjson
from fault import Fault
from shape import Shape

_TYPES = (
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
)
_ED25519 = bytes.fromhex("06032b6570")
_P256 = bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107")
_RSA = bytes.fromhex("06092a864886f70d010101")


class PinnedKey(NamedTuple):
    path: str
    spki: bytes
    algorithm: str


def load_key(path: str) -> PinnedKey:
    spki = _openssl("pkey", "-pubin", "-in", path, "-pubout", "-outform", "DER")
    if spki is None:
        raise Fault(2, f"{path}: is no public key")
    if _ED25519 in spki[:16]:
        return PinnedKey(path, spki, "Ed25519")
    if _P256 in spki[:32]:
        return PinnedKey(path, spki, "ECDSA")
    if _RSA in spki[:32]:
        text = _openssl("pkey", "-pubin", "-in", path, "-noout", "-text") or b""
        bits = int(re.search(rb"\((\d+) bit\)", text).group(1))
        if 3072 <= bits <= 4096:
            return PinnedKey(path, spki, "RSA")
    raise Fault(2, f"{path}: is no key of an accepted kind")


def check(statement: bytes, files: list[bytes], keys: list[PinnedKey], threshold: int) -> list[PinnedKey]:
    """The distinct keys that signed, at least as many as the threshold."""
    signed: dict[bytes, PinnedKey] = {}
    reasons = []
    with tempfile.TemporaryDirectory() as folder:
        message = Path(folder, "statement")
        message.write_bytes(statement)
        for number, data in enumerate(files):
            try:
                signature = _signature(data, statement, f"signature {number}")
            except Fault as fault:
                reasons.append(str(fault))
                continue
            for key in keys:
                if key.spki not in signed and _verifies(key, message, signature):
                    signed[key.spki] = key
    if len(signed) < threshold:
        raise Fault(2, "; ".join([f"{len(signed)} of {threshold} keys signed", *reasons]))
    return list(signed.values())


def _signature(data: bytes, statement: bytes, name: str) -> bytes:
    shape = Shape(name, 2)
    # Files of other writers stand as they were made, and one by a certificate counts for nothing among keys.
    document: dict[str, Any] = strictjson.parse(data, name, 2, 1 << 20)
    shape.exactly(document, "it", {"mediaType", "messageSignature", "verificationMaterial"})
    if document["mediaType"] not in _TYPES:
        raise shape.fault("mediaType", f"is {document['mediaType']!r}")
    proofs = {"tlogEntries", "timestampVerificationData"}
    material = shape.exactly(document["verificationMaterial"], "verificationMaterial", {"publicKey"}, proofs)
    hint = shape.exactly(material["publicKey"], "publicKey", set(), {"hint"})
    shape.text(hint.get("hint", ""), "hint")
    message = shape.exactly(document["messageSignature"], "messageSignature", {"signature"}, {"messageDigest"})
    if "messageDigest" in message:
        digest = shape.exactly(message["messageDigest"], "messageDigest", {"algorithm", "digest"})
        shape.equal(digest["algorithm"], "algorithm", "SHA2_256")
        claimed = _base64(shape.text(digest["digest"], "digest"), name)
        if claimed != hashlib.sha256(statement).digest():
            raise shape.fault("messageDigest", "is not the statement's")
    return _base64(shape.text(message["signature"], "signature"), name)


def _base64(text: str, name: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode() != text:
        raise Fault(2, f"{name}: {text[:20]!r}… is no base64")
    return data


def _verifies(key: PinnedKey, message: Path, signature: bytes) -> bool:
    detached = message.with_name("signature")
    detached.write_bytes(signature)
    if key.algorithm == "Ed25519":
        arguments = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key.path, "-in", message]
        return _openssl(*arguments, "-sigfile", detached) is not None
    return _openssl("dgst", "-sha256", "-verify", key.path, "-signature", detached, message) is not None


def _openssl(*arguments: str | Path) -> bytes | None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True)
    return done.stdout if done.returncode == 0 else None
