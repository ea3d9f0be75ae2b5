"""Bytes that are the same on every run: noise, tar, gzip and JSON."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from . import facts

CHUNK = 1 << 20


def noise(seed: str, size: int) -> Iterator[bytes]:
    """Incompressible bytes; SHAKE, because it is specified to the bit and Python's `random` is not."""
    for number, start in enumerate(range(0, size, CHUNK)):
        wanted = min(CHUNK, size - start)
        yield hashlib.shake_128(f"{seed} {number}".encode()).digest(wanted)


def text_noise(seed: str, size: int) -> Iterator[bytes]:
    """Hex digits: content that gzip halves, as it does with real programs."""
    for chunk in noise(seed, (size + 1) // 2):
        yield chunk.hex().encode()[:size]


class Member(NamedTuple):
    """A regular file of a tar archive, its bytes given in chunks."""

    name: str
    size: int
    chunks: Iterable[bytes]
    mode: int = 0o644


def member(name: str, content: bytes, mode: int = 0o644) -> Member:
    return Member(name, len(content), [content], mode)


def tar_stream(members: Iterable[Member]) -> Iterator[bytes]:
    """A ustar archive: root-owned, one time for all, ended by exactly two zero blocks.

    Written by hand around `TarInfo.tobuf`, because `tarfile` pads to 10 KiB and wants the content as a file.
    """
    for item in members:
        header = tarfile.TarInfo(item.name)
        header.size, header.mode, header.mtime = item.size, item.mode, facts.CREATED_EPOCH
        yield header.tobuf(tarfile.USTAR_FORMAT)
        yield from item.chunks
        yield bytes(-item.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def gzip_stream(chunks: Iterable[bytes], level: int) -> Iterator[bytes]:
    """One gzip member without name and time, as zlib writes it when the window is given as 31."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, 31)
    for chunk in chunks:
        yield compressor.compress(chunk)
    yield compressor.flush()


def tgz(members: Iterable[Member]) -> bytes:
    buffer = io.BytesIO()
    for chunk in gzip_stream(tar_stream(members), 9):
        buffer.write(chunk)
    return buffer.getvalue()


def compact(value: Any) -> bytes:
    """JSON as Go's encoder writes it by default: no spaces, members in the order given."""
    return json.dumps(value, separators=(",", ":")).encode()


def pretty(value: Any) -> bytes:
    """JSON as BuildKit writes its manifests: indented by two, no final newline."""
    return json.dumps(value, indent=2).encode()


def document(value: Any) -> bytes:
    """JSON as jq writes a file: indented by two, with a final newline."""
    return pretty(value) + b"\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
