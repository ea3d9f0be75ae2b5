"""Sections 1 and 2: header blocks, and the entries before `index.json`."""

from __future__ import annotations

import re
from typing import BinaryIO, NamedTuple

from fault import Fault, require

BLOCK = 512
PAX_FROM = 8589934592
LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
STATEMENT = "cgbundle/statement.json"
MAX_STATEMENT = 16 << 20
MAX_SIGNATURE = 1 << 20
MAX_SIGNATURES = 16
_SIZE = re.compile(rb"[0-7]{11} \Z")

# offset, bytes; name, size and chksum are filled in, and everything else is NUL.
_FIXED = (
    (100, b"000644 \0"),
    (108, b"000000 \0"),
    (116, b"000000 \0"),
    (136, b"00000000000 "),
    (257, b"ustar\0"),
    (263, b"00"),
    (329, b"000000 \0"),
    (337, b"000000 \0"),
)
_FIELDS = (
    (0, "name"),
    (100, "mode"),
    (108, "uid"),
    (116, "gid"),
    (124, "size"),
    (136, "mtime"),
    (148, "chksum"),
    (156, "typeflag"),
    (157, "linkname"),
    (257, "magic"),
    (263, "version"),
    (265, "uname"),
    (297, "gname"),
    (329, "devmajor"),
    (337, "devminor"),
    (345, "prefix"),
)


def block(path: str, size: bytes, typeflag: bytes = b"0") -> bytes:
    raw = bytearray(BLOCK)
    for offset, value in ((0, path.encode("ascii")), (124, size), (156, typeflag), *_FIXED):
        raw[offset : offset + len(value)] = value
    raw[148:156] = b"        "
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


def header(path: str, size: int) -> bytes:
    """All header bytes of an entry."""
    if size < PAX_FROM:
        return block(path, b"%011o " % size)
    # The length counts its own digits; no size below 2^53 makes it one digit or three.
    record = b" size=%d\n" % size
    record = b"%d" % (len(record) + 2) + record
    folder, name = path.rsplit("/", 1)
    main_size = b"%o" % size
    if len(main_size) > 12:
        raise Fault(3, f"{path}: {size} bytes do not fit into the size field")
    pax = block(f"{folder}/PaxHeader/{name}", b"%011o " % len(record), b"x")
    return pax + record.ljust(BLOCK, b"\0") + block(path, main_size)


def differing_field(expected: bytes, found: bytes) -> str:
    """The first field in which two blocks differ; chksum only where nothing else does."""
    places = [n % BLOCK for n in range(len(expected)) if expected[n : n + 1] != found[n : n + 1]]
    at = next((place for place in places if not 148 <= place < 156), places[0])
    return next(name for offset, name in reversed(_FIELDS) if offset <= at)


def end_of(offset: int, size: int) -> int:
    return offset + size + -size % BLOCK


class Front(NamedTuple):
    """What stands before `index.json`, and where that begins."""

    statement: bytes
    signatures: list[bytes]
    index_offset: int
    padding: list[tuple[str, int, int]]


class _Front:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.offset = 0
        self.padding: list[tuple[str, int, int]] = []

    def peek(self) -> bytes:
        self._file.seek(self.offset)
        found = self._file.read(BLOCK)
        require(len(found) == BLOCK, 1, f"the file ends inside the header at {self.offset}")
        return found

    def entry(self, path: str, limit: int) -> bytes:
        found = self.peek()
        field = found[124:136]
        size = int(field, 8) if _SIZE.match(field) else -1
        expected = block(path, field)
        require(found == expected, 1, f"{path}: header at {self.offset} differs")
        require(size >= 0, 1, f"{path}: size field {field!r}")
        require(size <= limit, 1, f"{path}: has more than {limit} bytes")
        content = self._file.read(size)
        require(len(content) == size, 1, f"{path}: the file ends inside it")
        start = self.offset + BLOCK
        self.offset = end_of(start, size)
        self.padding.append((path, start + size, self.offset - start - size))
        return content


def read_front(file: BinaryIO) -> Front:
    front = _Front(file)
    layout = front.entry("oci-layout", len(LAYOUT))
    require(layout == LAYOUT, 1, f"oci-layout: holds {layout!r}")
    statement = front.entry(STATEMENT, MAX_STATEMENT)
    signatures: list[bytes] = []
    while front.peek().startswith(b"cgbundle/signatures/"):
        require(len(signatures) < MAX_SIGNATURES, 1, f"more than {MAX_SIGNATURES} signatures")
        signatures.append(front.entry(f"cgbundle/signatures/{len(signatures)}.sigstore.json", MAX_SIGNATURE))
    name = front.peek()[:100]
    require(
        name == b"index.json".ljust(100, b"\0"),
        1,
        f"entry {2 + len(signatures)} is neither signature nor index",
    )
    return Front(statement, signatures, front.offset, front.padding)
