"""A good bundle, made in steps: a forger gives a function for the one step at which it lies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = ROOT / "testdata" / "keys"
sys.path.insert(0, str(ROOT / "testdata"))

from make import bundlewriter as writer  # noqa: E402  (found only through the line above)
from make.facts import CREATED_TEXT  # noqa: E402
from make.tiny import RELEASE, Alter, TinyRelease  # noqa: E402

BLOCK = writer.BLOCK
FIELDS = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "chksum": (148, 8),
    "typeflag": (156, 1),
    "linkname": (157, 100),
    "magic": (257, 6),
    "version": (263, 2),
    "uname": (265, 32),
    "gname": (297, 32),
    "devmajor": (329, 8),
    "devminor": (337, 8),
    "prefix": (345, 155),
}
SIGNATURE = "cgbundle/signatures/0.sigstore.json"


def key(name: str) -> writer.Key:
    return writer.Key(KEYS / f"{name}.key")


class Place(NamedTuple):
    """Where an entry is in the file."""

    header: int
    content: int
    size: int

    @property
    def end(self) -> int:
        return self.content + self.size + -self.size % BLOCK


class Forged:
    """A bundle file that is open to changes of its bytes. The places are those before any change."""

    def __init__(self, entries: list[writer.Entry]) -> None:
        self.data = bytearray(writer.tar_of(entries))
        self.places: dict[str, Place] = {}
        at = 0
        for item in entries:
            content = at + len(writer.headers(item.path, item.size))
            self.places[item.path] = Place(at, content, item.size)
            at = self.places[item.path].end

    def with_field(self, path: str, field: str, value: bytes) -> Forged:
        """The header with one field replaced, its sum made right again."""
        at, length = FIELDS[field]
        self.with_block(
            path, lambda block: block.__setitem__(slice(at, at + length), value.ljust(length, b"\0"))
        )
        return self

    def with_block(self, path: str, change: Callable[[bytearray], Any], sum_it: bool = True) -> Forged:
        start = self.places[path].header
        block = self.data[start : start + BLOCK]
        change(block)
        self.data[start : start + BLOCK] = writer.checksummed(block) if sum_it else block
        return self

    def with_flipped_bit(self, offset: int) -> Forged:
        self.data[offset] ^= 0x10
        return self

    def with_inserted(self, before: str, extra: bytes, longer: bool = False) -> Forged:
        """`extra` in front of an entry.

        The end is cut off by as much, unless the file may grow: its length alone would betray it then, before
        any header is looked at.
        """
        at, length = self.places[before].header, len(self.data)
        self.data[at:at] = extra
        if not longer:
            del self.data[length:]
        return self

    def bytes(self) -> bytes:
        return bytes(self.data)


class GoodBundle:
    """The steps of writing, each open to one lie."""

    def __init__(
        self,
        alter: Alter = lambda place, value: value,
        release: Callable[[TinyRelease], None] | None = None,
        entries: Callable[[list[writer.Entry]], list[writer.Entry]] | None = None,
        statement: Callable[[dict[str, Any]], Any] | None = None,
        statement_bytes: Callable[[bytes], bytes] | None = None,
        sign: Callable[[bytes], list[bytes]] | None = None,
    ) -> None:
        self.release = TinyRelease(alter)
        if release:
            release(self.release)
        self.entries = writer.entries_of(self.release.index, self.release.blobs)
        if entries:
            self.entries = entries(self.entries)
        members = writer.statement_of(
            self.entries,
            self.release.release_manifest,
            createdAt=CREATED_TEXT,
            tool={"name": "forge", "version": "1"},
            version=RELEASE.version,
        )
        if statement:
            members = statement(members) or members
        self.statement = writer.canonical(members)
        if statement_bytes:
            self.statement = statement_bytes(self.statement)
        self.signatures = sign(self.statement) if sign else [key("alice").signature_file(self.statement)]

    def front(self) -> list[writer.Entry]:
        return writer.front_entries(self.statement, self.signatures)

    def all_entries(self) -> list[writer.Entry]:
        return self.front() + self.entries

    def forged(self) -> Forged:
        return Forged(self.all_entries())

    def bytes(self) -> bytes:
        return writer.tar_of(self.all_entries())


_good: list[GoodBundle] = []


def good() -> GoodBundle:
    """One unchanged bundle for all lies that are told about the finished file; not to be altered."""
    if not _good:
        _good.append(GoodBundle())
    return _good[0]


def victim() -> str:
    """The path of a blob in the middle of the file: `release-manifest.json`."""
    return writer.blob_path(good().release.release_manifest["digest"])
