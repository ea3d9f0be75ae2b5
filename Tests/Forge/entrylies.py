"""Section B of the catalogue, B039 to B050: entries the statement has not, statements that list lies."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator

from case import FORMAT, Case, row
from goodbundle import SIGNATURE, Forged, GoodBundle, good, victim, writer
from tarlies import header_case, special


@row("B039")
def signed_path() -> Iterator[Case]:
    def lie(entries: list[writer.Entry]) -> list[writer.Entry]:
        return [item._replace(path="../evil") if item.path == victim() else item for item in entries]

    yield Case("signed path", GoodBundle(entries=lie).bytes(), FORMAT, "statement.path", ["../evil"])


@row("B040")
def listed_twice() -> Iterator[Case]:
    def lie(entries: list[writer.Entry]) -> list[writer.Entry]:
        return [item for item in entries for _ in range(2 if item.path == victim() else 1)]

    yield Case("listed twice", GoodBundle(entries=lie).bytes(), FORMAT, "statement.duplicate", [victim()])


@row("B041")
def listed_in_capitals() -> Iterator[Case]:
    def lie(entries: list[writer.Entry]) -> list[writer.Entry]:
        return [entries[0], entries[0]._replace(path="INDEX.JSON"), *entries[1:]]

    yield Case("two cases", GoodBundle(entries=lie).bytes(), FORMAT, "statement.duplicate", ["INDEX.JSON"])


@row("B042")
def unlisted_entry() -> Iterator[Case]:
    extra = writer.entry(writer.blob_path(writer.digest(b"more")), b"more")
    raw = writer.headers(extra.path, extra.size) + b"more" + writer.padding(4)
    forged = good().forged().with_inserted(victim(), raw)
    yield header_case("unlisted entry", forged, victim(), extra.path)
    longer = good().forged().with_inserted(victim(), raw, longer=True).bytes()
    yield Case("unlisted entry and longer", longer, FORMAT, "tar.trailing", [str(len(good().bytes()))])


@row("B043")
def absent_entry() -> Iterator[Case]:
    forged = good().forged()
    place, length = forged.places[victim()], len(forged.data)
    del forged.data[place.header : place.end]
    shorter = forged.bytes()
    forged.data += bytes(length - len(shorter))
    yield header_case("absent entry", forged, victim())
    yield Case("absent entry and shorter", shorter, FORMAT, "tar.truncated", [str(length), str(len(shorter))])


@row("B044")
def swapped_entries() -> Iterator[Case]:
    bundle = good()
    entries = bundle.all_entries()
    at = next(n for n, item in enumerate(entries) if item.path == victim())
    expected, found = entries[at].path, entries[at + 1].path
    entries[at : at + 2] = [entries[at + 1], entries[at]]
    yield header_case("two blobs swapped", Forged(entries), expected, found)


@row("B045")
def signed_order() -> Iterator[Case]:
    def layers_first(entries: list[writer.Entry]) -> list[writer.Entry]:
        layers = {blob["digest"] for both in good().release.layers.values() for blob in both}
        rest = entries[1:]
        return [entries[0], *sorted(rest, key=lambda item: item.digest not in layers)]

    def swapped(entries: list[writer.Entry]) -> list[writer.Entry]:
        return [entries[0], entries[2], entries[1], *entries[3:]]

    # Which of two entries in the wrong order is the offending one is a matter of view.
    for name, lie in (("layers before manifests", layers_first), ("digests not ascending", swapped)):
        yield Case(name, GoodBundle(entries=lie).bytes(), FORMAT, "statement.order", ["blobs/sha256/"])


def _with_front(change: Callable[[list[writer.Entry]], list[writer.Entry]]) -> bytes:
    bundle = good()
    return writer.tar_of(change(bundle.front()) + bundle.entries)


@row("B046")
def other_layout() -> Iterator[Case]:
    for name, content, reason, mentions in (
        ("version 1.0.1", writer.OCI_LAYOUT.replace(b"1.0.0", b"1.0.1"), "layout.version", []),
        ("more members", writer.OCI_LAYOUT[:-1] + b',"x":1}', "tar.header", ["size"]),
        ("newline", writer.OCI_LAYOUT + b"\n", "tar.header", ["size"]),
    ):
        data = _with_front(lambda front: [writer.entry("oci-layout", content), *front[1:]])
        yield Case(name, data, FORMAT, reason, ["oci-layout", *mentions])


@row("B047")
def late_statement() -> Iterator[Case]:
    data = _with_front(lambda front: [front[0], front[2], front[1]])
    yield Case("statement third", data, FORMAT, "bundle.nostatement", [SIGNATURE])


@row("B048")
def two_statements() -> Iterator[Case]:
    for name, order in (
        ("second after the first", (0, 1, 1, 2)),
        ("second after the signature", (0, 1, 2, 1)),
    ):
        data = _with_front(lambda front: [front[n] for n in order])
        yield Case(name, data, FORMAT, "tar.header", [writer.STATEMENT_PATH])


@row("B049")
def apple_double() -> Iterator[Case]:
    content = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ".ljust(163, b"\0")
    extra = special(b"0", "._index.json", content)
    yield header_case("AppleDouble", good().forged().with_inserted("index.json", extra), "._index.json")


@row("B050")
def packed_again() -> Iterator[Case]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for item in good().all_entries():
            info = tarfile.TarInfo(item.path)
            info.size = item.size
            archive.addfile(info, io.BytesIO(item.content))
    yield Case("packed again", buffer.getvalue(), FORMAT, "tar.header", ["oci-layout"])
    data = good().bytes()
    blocked = data + bytes(-len(data) % 10240 or 10240)
    yield Case("10 KiB blocking", blocked, FORMAT, "tar.trailing", [str(len(data))])
