"""Section 4: the statement."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, NamedTuple

import strictjson
import tarfront
from shape import Shape

_NEEDED = {
    "_type", "channel", "counts", "createdAt", "entries", "formatVersion", "index", "product", "release",
    "restSize", "revision", "tool", "version",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_NUMBER = r"(0|[1-9][0-9]*)"
_VERSION = re.compile(rf"v{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-[0-9A-Za-z.-]+)?\Z")


class Listed(NamedTuple):
    path: str
    size: int
    digest: str


class Statement(NamedTuple):
    version: str
    revision: int
    rest_size: int
    entries: list[Listed]
    release: tuple[str, int]


def read(data: bytes, channel: str, now: datetime) -> Statement:
    s = Shape("statement", 3)
    d = strictjson.parse_canonical(data, "statement", 3, tarfront.MAX_STATEMENT, 2_000_000)
    s.equal(d.get("_type"), "_type", "https://cgbundle.dev/statement/v1")
    s.equal(d.get("formatVersion"), "formatVersion", 1)
    s.exactly(d, "it", _NEEDED, {"expires"} | {name for name in d if name.startswith("x-")})
    s.equal(d["product"], "product", "cloudgrid")
    s.text(d["channel"], "channel", _NAME)
    s.equal(d["channel"], "channel", channel)
    s.text(d["version"], "version", _VERSION)
    s.integer(d["revision"], "revision", 1)
    _time(s, d["createdAt"], "createdAt")
    if "expires" in d and _time(s, d["expires"], "expires") <= now:
        raise s.fault("expires", f"is past: {d['expires']}")
    tool = s.exactly(d["tool"], "tool", {"name", "version"})
    for member, value in tool.items():
        s.text(value, f"tool/{member}")
    entries = _entries(s, d)
    rest = sum(len(tarfront.header(e.path, e.size)) + tarfront.end_of(0, e.size) for e in entries) + 1024
    s.equal(s.integer(d["restSize"], "restSize"), "restSize", rest)
    return Statement(d["version"], d["revision"], rest, entries, _content(s, d["release"], "release"))


def _time(s: Shape, value: Any, place: str) -> datetime:
    try:
        return datetime.strptime(s.text(value, place, _TIME), "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=timezone.utc
        )
    except ValueError:
        raise s.fault(place, f"is no time: {value!r}") from None


def _content(s: Shape, value: Any, place: str) -> tuple[str, int]:
    s.exactly(value, place, {"digest", "size"})
    return s.digest(value["digest"], f"{place}/digest"), s.integer(value["size"], f"{place}/size")


def _entries(s: Shape, d: dict[str, Any]) -> list[Listed]:
    entries: list[Listed] = []
    seen: set[str] = set()
    for n, item in enumerate(s.array(d["entries"], "entries")):
        place = f"entries/{n}"
        s.exactly(item, place, {"digest", "path", "size"})
        digest, path = s.digest(item["digest"], place), s.text(item["path"], place)
        s.equal(path, place, "index.json" if n == 0 else f"blobs/sha256/{digest[7:]}")
        if path.lower() in seen:
            raise s.fault(place, f"stands twice: {path}")
        seen.add(path.lower())
        entries.append(Listed(path, s.integer(item["size"], place), digest))
    if not entries:
        raise s.fault("entries", "is empty")
    if _content(s, d["index"], "index") != (entries[0].digest, entries[0].size):
        raise s.fault("index", "is not the first entry")
    blobs = entries[1:]
    counts = {"blobBytes": sum(e.size for e in blobs), "blobs": len(blobs), "entries": len(entries)}
    s.exactly(d["counts"], "counts", set(counts))
    for member, value in counts.items():
        s.equal(d["counts"][member], f"counts/{member}", value)
    return entries
