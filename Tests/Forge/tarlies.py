"""Section B of the catalogue, B018 to B038: headers that are not those of the statement."""

from __future__ import annotations

from collections.abc import Iterator

from case import FORMAT, Case, row
from goodbundle import BLOCK, SIGNATURE, Forged, good, victim, writer

EVERY_KIND = {
    "blob": victim,
    "index": lambda: "index.json",
    "layout": lambda: "oci-layout",
    "statement": lambda: writer.STATEMENT_PATH,
    "signature": lambda: SIGNATURE,
}


def special(typeflag: bytes, name: str, content: bytes = b"") -> bytes:
    """A header block of another type with its content."""
    return writer.header_block(name, len(content), typeflag) + content + writer.padding(len(content))


def header_case(name: str, forged: Forged, *mentions: str) -> Case:
    return Case(name, forged.bytes(), FORMAT, "tar.header", list(mentions))


def one_field(name: str, field: str, value: bytes) -> Iterator[Case]:
    path = victim()
    yield header_case(name, good().forged().with_field(path, field, value), path, field)


@row("B018")
def mode() -> Iterator[Case]:
    for kind, path in EVERY_KIND.items():
        forged = good().forged().with_field(path(), "mode", b"000755 \0")
        yield header_case(f"mode 0755 of {kind}", forged, path(), "mode")


@row("B019")
def mtime() -> Iterator[Case]:
    yield from one_field("mtime 1", "mtime", b"00000000001 ")


@row("B020")
def owner() -> Iterator[Case]:
    yield from one_field("uid 1000", "uid", b"001750 \0")
    yield from one_field("uname root", "uname", b"root")
    yield from one_field("gid 1000", "gid", b"001750 \0")
    yield from one_field("gname root", "gname", b"root")
    yield from one_field("devmajor", "devmajor", b"000001 \0")
    yield from one_field("linkname", "linkname", b"x")
    yield from one_field("prefix", "prefix", b"x")


@row("B021")
def gnu_magic() -> Iterator[Case]:
    path = victim()
    forged = good().forged().with_block(path, lambda block: block.__setitem__(slice(257, 265), b"ustar  \0"))
    yield header_case("GNU magic", forged, path, "magic")


@row("B022")
def v7() -> Iterator[Case]:
    path = victim()
    forged = good().forged().with_block(path, lambda block: block.__setitem__(slice(257, 512), bytes(255)))
    yield header_case("v7 header", forged, path)


@row("B023")
def wrong_sum() -> Iterator[Case]:
    path = victim()

    def change(block: bytearray) -> None:
        block[148:154] = b"%06o" % (int(block[148:154], 8) + 1)

    yield header_case("wrong sum", good().forged().with_block(path, change, sum_it=False), path, "chksum")


@row("B024")
def signed_sum() -> Iterator[Case]:
    path = victim()

    def change(block: bytearray) -> None:
        block[265:269] = b"caf\xe9"
        block[148:156] = b" " * 8
        # Old tars add the bytes up as signed numbers; only one above 127 makes a difference.
        block[148:156] = b"%06o\0 " % sum(byte - 256 if byte > 127 else byte for byte in block)

    yield header_case("signed sum", good().forged().with_block(path, change, sum_it=False), path)


@row("B025")
def base256() -> Iterator[Case]:
    size = good().forged().places[victim()].size
    yield from one_field("base 256 size", "size", b"\x80" + size.to_bytes(11, "big"))


@row("B026")
def other_octal() -> Iterator[Case]:
    size = good().forged().places[victim()].size
    yield from one_field("size with leading spaces", "size", b"%11o " % size)
    yield from one_field("size with NUL", "size", b"%011o\0" % size)
    yield from one_field("size without end", "size", b"%012o" % size)


@row("B027")
def pax_path() -> Iterator[Case]:
    extra = special(b"x", "PaxHeader/index.json", writer.pax_record("path", "other.json"))
    yield header_case(
        "pax path", good().forged().with_inserted("index.json", extra), "typeflag", "index.json"
    )
    # Grown by what was put in, the file may be refused for its length first.
    yield header_case(
        "pax path of a blob", good().forged().with_inserted(victim(), extra), victim(), "typeflag"
    )


@row("B028")
def pax_size() -> Iterator[Case]:
    extra = special(b"x", "PaxHeader/blob", writer.pax_record("size", "1"))
    yield header_case("pax size", good().forged().with_inserted(victim(), extra), victim())


@row("B029")
def pax_global() -> Iterator[Case]:
    extra = special(b"g", "pax_global_header", writer.pax_record("comment", "nothing"))
    forged = good().forged().with_inserted("oci-layout", extra, longer=True)
    yield header_case("global header in front", forged, "typeflag")
    yield header_case(
        "global header before index", good().forged().with_inserted("index.json", extra), "typeflag"
    )


@row("B030")
def pax_sparse() -> Iterator[Case]:
    size = good().forged().places[victim()].size
    records = b"".join(
        writer.pax_record(f"GNU.sparse.{name}", value)
        for name, value in (("major", "1"), ("minor", "0"), ("name", victim()), ("realsize", str(size)))
    )
    extra = special(b"x", "GNUSparseFile.0/blob", records)
    yield header_case("pax sparse", good().forged().with_inserted(victim(), extra), victim())


@row("B031")
def gnu_sparse() -> Iterator[Case]:
    yield from one_field("GNU sparse", "typeflag", b"S")


@row("B032")
def gnu_long_name() -> Iterator[Case]:
    extra = special(b"L", "././@LongLink", victim().encode() + b"\0")
    yield header_case("GNU long name", good().forged().with_inserted(victim(), extra), victim())


@row("B033")
def huge_pax() -> Iterator[Case]:
    path = victim()
    block = writer.header_block("PaxHeader/blob", 1 << 30, b"x")
    forged = good().forged().with_block(path, lambda old: old.__setitem__(slice(0, BLOCK), block))
    yield header_case("pax header of 1 GiB", forged, path)


@row("B034")
def many_headers() -> Iterator[Case]:
    record = writer.pax_record("comment", "nothing")
    extra = b"".join(special(b"xLK"[n % 3 :][:1], f"PaxHeader/{n}", record) for n in range(33))
    yield header_case("33 special headers", good().forged().with_inserted("index.json", extra))
    yield header_case(
        "33 special headers at a blob", good().forged().with_inserted(victim(), extra), victim()
    )


@row("B035")
def symbolic_link() -> Iterator[Case]:
    path = victim()
    forged = good().forged().with_field(path, "typeflag", b"2").with_field(path, "linkname", b"/etc/passwd")
    yield header_case("symbolic link", forged, path, "typeflag")


@row("B036")
def hard_link() -> Iterator[Case]:
    path = victim()
    forged = good().forged().with_field(path, "typeflag", b"1").with_field(path, "linkname", b"index.json")
    yield header_case("hard link", forged, path, "typeflag")


@row("B037")
def other_types() -> Iterator[Case]:
    for name, flag in (("device", b"3"), ("fifo", b"6"), ("directory", b"5")):
        yield from one_field(name, "typeflag", flag)
    first_blob = good().entries[1].path
    extra = special(b"5", "blobs/")
    yield header_case("blobs directory", good().forged().with_inserted(first_blob, extra), first_blob)


@row("B038")
def other_names() -> Iterator[Case]:
    path = victim()
    for name, at, value in (
        ("parent", path, "../evil"),
        ("absolute", path, "/abs"),
        ("dot slash", "index.json", "./index.json"),
        ("two slashes", path, path.replace("/", "//", 1)),
    ):
        forged = good().forged().with_field(at, "name", value.encode())
        yield header_case(name, forged, at, "name")
