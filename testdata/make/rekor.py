"""Transparency logs: one like Rekor v1, and one like Rekor v2 (rekor-tiles)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from datetime import datetime
from typing import Any

from . import encoding, merkle
from .signing import ECKey, OpenSSLKey, SigningKey

# Where the present shard of the v1 log begins: an entry's number there is not its number in the shard.
SHARD_START = 4_000_000


def canonical(value: Any) -> bytes:
    """RFC 8785, for ASCII text and small integers."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def base64_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def hash_output(message: bytes, hash_name: str) -> dict[str, str]:
    """A HashOutput (sigstore_common.proto) as JSON."""
    digest = hashlib.new(hash_name, message).digest()
    return {"algorithm": hash_name.upper().replace("SHA", "SHA2_"), "digest": base64_text(digest)}


@dataclasses.dataclass(frozen=True)
class Entry:
    """An entry, its place in a log, and what proves it."""

    kind: str
    version: str
    body: bytes
    log_id: bytes
    # The number over all shards.
    number: int
    index: int
    size: int
    root: bytes
    path: list[bytes]
    checkpoint: str
    # Rekor v2 makes neither: it has no promise that an entry will be there, and no clock of its own.
    time: int | None = None
    promise: bytes | None = None

    def set_payload(self) -> dict[str, Any]:
        return {
            "body": base64_text(self.body),
            "integratedTime": self.time,
            "logIndex": self.number,
            "logID": self.log_id.hex(),
        }

    def protobuf(self, *, proof: bool = True) -> dict[str, Any]:
        """A TransparencyLogEntry (sigstore_rekor.proto) as JSON."""
        entry: dict[str, Any] = {
            "logIndex": str(self.number),
            "logId": {"keyId": base64_text(self.log_id)},
            "kindVersion": {"kind": self.kind, "version": self.version},
        }
        if self.time is not None:
            entry["integratedTime"] = str(self.time)
        if self.promise is not None:
            entry["inclusionPromise"] = {"signedEntryTimestamp": base64_text(self.promise)}
        if proof:
            entry["inclusionProof"] = {
                "logIndex": str(self.index),
                "rootHash": base64_text(self.root),
                "treeSize": str(self.size),
                "hashes": [base64_text(node) for node in self.path],
                "checkpoint": {"envelope": self.checkpoint},
            }
        return {**entry, "canonicalizedBody": base64_text(self.body)}


class _Tree:
    """The leaves of a log, most of which are other people's."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._leaves: list[bytes] = []
        self._add_others(37)

    def _add_others(self, count: int) -> None:
        for _ in range(count):
            self._leaves.append(merkle.leaf_hash(f"{self._seed} {len(self._leaves)}".encode()))

    def append(self, body: bytes, others_after: int) -> tuple[int, int, bytes, list[bytes]]:
        """The index of the entry, and size, root and path of the tree when it is asked for its proof."""
        index = len(self._leaves)
        self._leaves.append(merkle.leaf_hash(body))
        self._add_others(others_after)
        return index, len(self._leaves), merkle.root(self._leaves), merkle.path(self._leaves, index)


def note(origin: str, size: int, root: bytes, *signatures: tuple[str, bytes, bytes]) -> str:
    """A checkpoint: what is signed, an empty line, and a line for each name, key hint and signature.

    C2SP signed-note and tlog-checkpoint.
    """
    lines = [f"\u2014 {name} {base64_text(hint + signature)}\n" for name, hint, signature in signatures]
    return note_text(origin, size, root) + "\n" + "".join(lines)


def note_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{base64_text(root)}\n"


class Log1:
    """Rekor v1: promises at once (SET), tells the time, and signs checkpoints with the same ECDSA key."""

    def __init__(self, key: ECKey, host: str, tree: str) -> None:
        self.key, self.host = key, host
        self.log_id = hashlib.sha256(key.spki).digest()
        number = int.from_bytes(hashlib.sha256(tree.encode()).digest()[:7], "big")
        self.origin = f"{host} - {number}"
        self._tree = _Tree(self.origin)

    def checkpoint(self, size: int, root: bytes) -> str:
        signature = self.key.sign(note_text(self.origin, size, root).encode())
        return note(self.origin, size, root, (self.host, self.log_id[:4], signature))

    def promise(self, entry: Entry) -> bytes:
        """The signed entry timestamp: over the entry, its number and the time."""
        return self.key.sign(canonical(entry.set_payload()))

    def add(self, kind: str, version: str, body: bytes, at: datetime) -> Entry:
        index, size, root, path = self._tree.append(body, others_after=0)
        entry = Entry(
            kind=kind,
            version=version,
            body=body,
            log_id=self.log_id,
            number=SHARD_START + index,
            index=index,
            size=size,
            root=root,
            path=path,
            checkpoint=self.checkpoint(size, root),
            time=int(at.timestamp()),
        )
        return dataclasses.replace(entry, promise=self.promise(entry))


class Log2:
    """Rekor v2: proofs only, with Ed25519 checkpoints; entries come in batches."""

    def __init__(self, key: OpenSSLKey, host: str, tree: str) -> None:
        self.key, self.host = key, host
        self.log_id = hashlib.sha256(f"{host}\n\1".encode() + key.raw_public).digest()
        self._tree = _Tree(f"{host} {tree}")

    def checkpoint(self, size: int, root: bytes, *others: tuple[str, bytes, bytes]) -> str:
        signature = self.key.sign(note_text(self.host, size, root).encode())
        return note(self.host, size, root, (self.host, self.log_id[:4], signature), *others)

    def add(self, kind: str, version: str, body: bytes) -> Entry:
        index, size, root, path = self._tree.append(body, others_after=2)
        return Entry(
            kind=kind,
            version=version,
            body=body,
            log_id=self.log_id,
            number=index,
            index=index,
            size=size,
            root=root,
            path=path,
            checkpoint=self.checkpoint(size, root),
        )


def cosignature(key: OpenSSLKey, name: str, text: str, at: datetime) -> tuple[str, bytes, bytes]:
    """A witness's line: it has seen this checkpoint, and when (C2SP tlog-cosignature, "cosignature/v1")."""
    hint = hashlib.sha256(f"{name}\n\4".encode() + key.raw_public).digest()[:4]
    time = int(at.timestamp())
    signature = key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return name, hint, time.to_bytes(8, "big") + signature


def hashedrekord1(
    message: bytes, hash_name: str, signature: bytes, verifier_pem: str
) -> tuple[str, str, bytes]:
    spec = {
        "data": {"hash": {"algorithm": hash_name, "value": hashlib.new(hash_name, message).hexdigest()}},
        "signature": {
            "content": base64_text(signature),
            "publicKey": {"content": base64_text(verifier_pem.encode())},
        },
    }
    return _body("hashedrekord", "0.0.1", spec)


def dsse1(envelope: bytes, payload: bytes, signature: bytes, verifier_pem: str) -> tuple[str, str, bytes]:
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": encoding.sha256(envelope)},
        "payloadHash": {"algorithm": "sha256", "value": encoding.sha256(payload)},
        "signatures": [{"signature": base64_text(signature), "verifier": base64_text(verifier_pem.encode())}],
    }
    return _body("dsse", "0.0.1", spec)


def intoto2(
    envelope: bytes, payload_type: str, payload: bytes, signature: bytes, verifier_pem: str
) -> tuple[str, str, bytes]:
    """Its signature is base64 of base64, which is what Rekor makes of an envelope's text."""
    logged = {
        "publicKey": base64_text(verifier_pem.encode()),
        "sig": base64_text(base64_text(signature).encode()),
    }
    content = {
        "envelope": {"payloadType": payload_type, "signatures": [logged]},
        "hash": {"algorithm": "sha256", "value": encoding.sha256(envelope)},
        "payloadHash": {"algorithm": "sha256", "value": encoding.sha256(payload)},
    }
    return _body("intoto", "0.0.2", {"content": content})


def hashedrekord2(
    message: bytes, signature: bytes, key: SigningKey, certificate: bytes | None
) -> tuple[str, str, bytes]:
    holder = (
        {"publicKey": {"rawBytes": base64_text(key.spki)}}
        if certificate is None
        else {"x509Certificate": {"rawBytes": base64_text(certificate)}}
    )
    record = {
        "data": hash_output(message, key.hash_name),
        "signature": {
            "content": base64_text(signature),
            "verifier": {"keyDetails": key.details, **holder},
        },
    }
    return _body("hashedrekord", "0.0.2", {"hashedRekordV002": record})


def _body(kind: str, version: str, spec: dict[str, Any]) -> tuple[str, str, bytes]:
    return kind, version, canonical({"apiVersion": version, "kind": kind, "spec": spec})
