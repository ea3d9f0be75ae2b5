#!/usr/bin/env python3
"""Reads a bundle as bundle-spec/bundle-v1.md says: the second implementation that every format needs.

Usage: read_bundle.py FILE --key PUB [--key PUB …] [--threshold N] [--channel NAME]

It was written from that page without a look at the product, with Python's standard library and `openssl`.
One line tells what was read, or the first fault; the exit status is 0 or 1.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import stat
import sys
import tarfile
from datetime import datetime, timezone
from typing import BinaryIO

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import releaseset  # noqa: E402  (found only through the line above)
import signatures  # noqa: E402
import statement as statements  # noqa: E402
import tarfront  # noqa: E402
from fault import Fault, require  # noqa: E402
from graph import Graph  # noqa: E402
from statement import Statement  # noqa: E402

_CHUNK = 1 << 20
_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ": "xz", b"BZh": "bzip2"}


def read_bundle(path: str, keys: list[str], threshold: int | None = None, channel: str = "release") -> str:
    """All steps of section 7; gives the summary."""
    pinned = [signatures.load_key(key) for key in keys]
    # Without O_NONBLOCK the open of a FIFO would wait for a writer.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        require(stat.S_ISREG(status.st_mode), 1, "is no regular file")
        require(status.st_size > 0, 1, "is empty")
        magic = file.read(8)
        for head, name in _COMPRESSED.items():
            require(not magic.startswith(head), 1, f"is compressed with {name}")
        front = tarfront.read_front(file)
        signed = signatures.check(front.statement, front.signatures, pinned, threshold or len(pinned))
        statement = statements.read(front.statement, channel, datetime.now(timezone.utc))
        expected = front.index_offset + statement.rest_size
        require(status.st_size == expected, 4, f"has {status.st_size} bytes, not {expected}")
        offsets = _check_bytes(file, front, statement)

        def blob(digest: str) -> bytes:
            offset, size = offsets[digest]
            file.seek(offset)
            return file.read(size)

        index = statement.entries[0]
        graph = Graph(blob(index.digest), statement.entries, blob)
        releaseset.check(graph, statement, blob)
    _check_listing(path, front, statement)
    images = sum(item.kind == "image" for item in graph.named)
    signers = ", ".join(os.path.basename(key.path) for key in signed)
    return (
        f"{statement.version} revision {statement.revision}: {images} images, "
        f"{len(statement.entries)} entries, {expected} bytes, signed by {signers}"
    )


def _check_bytes(file: BinaryIO, front: tarfront.Front, statement: Statement) -> dict[str, tuple[int, int]]:
    """Step 5; gives where the content of each digest is."""
    for path, start, length in front.padding:
        _check_zeros(file, path, start, length)
    offsets = {}
    at = front.index_offset
    for entry in statement.entries:
        expected = tarfront.header(entry.path, entry.size)
        file.seek(at)
        found = file.read(len(expected))
        if found != expected:
            field = tarfront.differing_field(expected, found)
            raise Fault(5, f"{entry.path}: header at {at} differs in field {field}")
        start = at + len(expected)
        hasher, left = hashlib.sha256(), entry.size
        while left:
            chunk = file.read(min(left, _CHUNK))
            require(chunk != b"", 5, f"{entry.path}: the file ends inside it")
            hasher.update(chunk)
            left -= len(chunk)
        require(f"sha256:{hasher.hexdigest()}" == entry.digest, 5, f"{entry.path}: holds other bytes")
        at = tarfront.end_of(start, entry.size)
        _check_zeros(file, entry.path, start + entry.size, at - start - entry.size)
        offsets[entry.digest] = (start, entry.size)
    _check_zeros(file, "end", at, 1024)
    return offsets


def _check_zeros(file: BinaryIO, path: str, start: int, length: int) -> None:
    file.seek(start)
    require(file.read(length) == bytes(length), 5, f"{path}: padding at {start} is not zero")


def _check_listing(path: str, front: tarfront.Front, statement: Statement) -> None:
    """Python's own tar reader sees the same files."""
    expected = [("oci-layout", len(tarfront.LAYOUT)), (tarfront.STATEMENT, len(front.statement))]
    expected += [(f"cgbundle/signatures/{n}.sigstore.json", len(s)) for n, s in enumerate(front.signatures)]
    expected += [(entry.path, entry.size) for entry in statement.entries]
    with tarfile.open(path, "r:") as archive:
        found = [(member.name, member.size) for member in archive]
    require(found == expected, 5, "tarfile lists something else")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file")
    options.add_argument("--key", action="append", required=True, help="a public key that is trusted, in PEM")
    options.add_argument("--threshold", type=int, help="how many of them must have signed (default: all)")
    options.add_argument("--channel", default="release")
    given = options.parse_args()
    try:
        print(f"{given.file}: {read_bundle(given.file, given.key, given.threshold, given.channel)}")
    except (Fault, OSError, tarfile.TarError) as fault:
        print(f"{given.file}: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
