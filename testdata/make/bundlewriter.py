"""Writes bundles: bundle-spec/bundle-v1.md in Python, from that page alone.

Every step from blobs to file is a function of its own, so that a forger can tell one lie between two of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

BLOCK = 512
PAX_LIMIT = 8 << 30
END = bytes(2 * BLOCK)

OCI_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
STATEMENT_PATH = "cgbundle/statement.json"
STATEMENT_TYPE = "https://cgbundle.dev/statement/v1"
SIGSTORE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCUMENT_TYPES = {
    OCI_INDEX,
    OCI_MANIFEST,
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
}
_OCI_LAYERS = (
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
)
_DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
_DOCKER_FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar"
LAYER_TYPES = (
    {name + suffix for name in _OCI_LAYERS for suffix in ("", "+gzip", "+zstd")}
    | {_DOCKER_LAYER + suffix for suffix in ("", ".gzip", ".zstd")}
    | {_DOCKER_FOREIGN, _DOCKER_FOREIGN + ".gzip"}
    | {"application/zip"}
)


def canonical(value: Any) -> bytes:
    """RFC 8785 for integers and ASCII member names; other numbers are never given to it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob_path(name: str) -> str:
    return "blobs/sha256/" + name.removeprefix("sha256:")


class Blobs:
    """The blobs of a bundle, each with the media types that it is named by."""

    def __init__(self) -> None:
        self.content: dict[str, bytes | None] = {}
        self.sizes: dict[str, int] = {}
        self.types: dict[str, set[str]] = {}

    def put(self, data: bytes, media_type: str, **members: Any) -> dict[str, Any]:
        """Keeps the blob and gives its descriptor."""
        return self.promise(digest(data), len(data), media_type, data, **members)

    def promise(
        self, name: str, size: int, media_type: str, data: bytes | None = None, **members: Any
    ) -> dict:
        """A descriptor of a blob whose bytes are a hole in the file, if none are given."""
        self.content[name], self.sizes[name] = data, size
        self.types.setdefault(name, set()).add(media_type)
        return {"digest": name, "mediaType": media_type, "size": size, **members}

    def drop(self, name: str) -> None:
        for table in (self.content, self.sizes, self.types):
            table.pop(name)

    def in_order(self) -> list[str]:
        """Section 1: classes M, S and L, each in ascending order."""
        return sorted(self.content, key=lambda name: (self._class(name), name))

    def _class(self, name: str) -> int:
        types = self.types[name]
        return 0 if types & DOCUMENT_TYPES else 2 if types <= LAYER_TYPES else 1


class Entry(NamedTuple):
    """A file of the tar; content None is a hole of that size."""

    path: str
    size: int
    digest: str
    content: bytes | None


def entry(path: str, content: bytes) -> Entry:
    return Entry(path, len(content), digest(content), content)


def entries_of(index: bytes, blobs: Blobs) -> list[Entry]:
    """Every entry after the signatures, in tar order."""
    rest = [Entry(blob_path(n), blobs.sizes[n], n, blobs.content[n]) for n in blobs.in_order()]
    return [entry("index.json", index), *rest]


def header_block(path: str, size: str | int, typeflag: bytes = b"0") -> bytes:
    """Section 2: one ustar block."""
    digits = size if isinstance(size, str) else f"{size:011o} "
    block = bytearray(BLOCK)

    def put(offset: int, value: bytes) -> None:
        block[offset : offset + len(value)] = value

    put(0, path.encode("ascii"))
    put(100, b"000644 \0" + b"000000 \0" * 2)
    put(124, digits.encode("ascii"))
    put(136, b"00000000000 ")
    put(156, typeflag)
    put(257, b"ustar\0" + b"00")
    put(329, b"000000 \0" * 2)
    return checksummed(block)


def checksummed(block: bytes | bytearray) -> bytes:
    """The block with its chksum field made right."""
    block = bytearray(block)
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode("ascii")
    return bytes(block)


def headers(path: str, size: int) -> bytes:
    """What precedes an entry's content: one block, or three from 8 GiB on."""
    if size < PAX_LIMIT:
        return header_block(path, size)
    record = pax_record("size", str(size))
    folder, _, name = path.rpartition("/")
    return (
        header_block(f"{folder}/PaxHeader/{name}", len(record), b"x")
        + record.ljust(BLOCK, b"\0")
        + header_block(path, f"{size:o}")
    )


def pax_record(name: str, value: str) -> bytes:
    """`<length> <name>=<value>` and a newline, the length counting itself."""
    rest = f" {name}={value}\n"
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return f"{length}{rest}".encode()


def padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def rest_size(entries: list[Entry]) -> int:
    """From the header of `index.json` to the end of the file."""
    return sum(len(headers(e.path, e.size)) + e.size + len(padding(e.size)) for e in entries) + len(END)


def statement_of(entries: list[Entry], release: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Section 4; `release` is a descriptor of `release-manifest.json`."""
    index = entries[0]
    return {
        "_type": STATEMENT_TYPE,
        "channel": "release",
        "counts": {
            "blobBytes": sum(e.size for e in entries[1:]),
            "blobs": len(entries) - 1,
            "entries": len(entries),
        },
        "entries": [{"digest": e.digest, "path": e.path, "size": e.size} for e in entries],
        "formatVersion": 1,
        "index": {"digest": index.digest, "size": index.size},
        "product": "cloudgrid",
        "release": {"digest": release["digest"], "size": release["size"]},
        "restSize": rest_size(entries),
        "revision": 1,
        **members,
    }


class Key:
    """A private key in a PEM file, used through the `openssl` program."""

    def __init__(self, private: Path) -> None:
        self.private = private
        public = _openssl("pkey", "-in", private, "-pubout", "-outform", "DER")
        self.hint = base64.b64encode(hashlib.sha256(public).digest()).decode()
        self._is_ed25519 = bytes.fromhex("06032b6570") in public

    def signature(self, message: bytes) -> bytes:
        with tempfile.NamedTemporaryFile() as file:
            file.write(message)
            file.flush()
            if self._is_ed25519:
                return _openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.private, "-in", file.name)
            return _openssl("dgst", "-sha256", "-sign", self.private, file.name)

    def signature_file(self, message: bytes, **lies: Any) -> bytes:
        """Section 5. `signed`, `hint` and `digest` replace what would be true, for forgers."""
        signature = self.signature(lies.get("signed", message))
        return canonical(
            signature_document(message, signature, lies.get("hint", self.hint), lies.get("digest"))
        )


def signature_document(
    message: bytes, signature: bytes, hint: str, sha256: bytes | None = None
) -> dict[str, Any]:
    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    return {
        "mediaType": SIGSTORE_TYPE,
        "messageSignature": {
            "messageDigest": {
                "algorithm": "SHA2_256",
                "digest": text(sha256 or hashlib.sha256(message).digest()),
            },
            "signature": text(signature),
        },
        "verificationMaterial": {"publicKey": {"hint": hint}},
    }


def front_entries(statement: bytes, signatures: list[bytes]) -> list[Entry]:
    """What stands before `index.json`."""
    return [
        entry("oci-layout", OCI_LAYOUT),
        entry(STATEMENT_PATH, statement),
        *(entry(f"cgbundle/signatures/{n}.sigstore.json", s) for n, s in enumerate(signatures)),
    ]


def tar_of(entries: list[Entry]) -> bytes:
    """The whole file; all entries must have their bytes."""
    parts: list[bytes] = []
    for item in entries:
        assert item.content is not None, f"{item.path}: is a hole"
        parts += [headers(item.path, item.size), item.content, padding(item.size)]
    return b"".join([*parts, END])


def _openssl(*arguments: str | Path) -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout
