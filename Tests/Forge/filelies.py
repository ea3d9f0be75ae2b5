"""Section A of the catalogue: what is wrong with the file as a whole."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from case import CONTENT, FORMAT, LOCAL, Case, row
from goodbundle import BLOCK, SIGNATURE, GoodBundle, good, victim, writer
from make import facts
from make.tiny import GZIP_LAYER

ALL_IMAGES = [service.image for service in facts.SERVICES]


@row("B001")
def empty() -> Iterator[Case]:
    yield Case("empty", b"", FORMAT, "file.empty", ["B001-empty.tar"])


@row("B002")
def missing() -> Iterator[Case]:
    yield Case("missing", None, LOCAL, "file.open", ["missing.tar"], path="missing.tar", setup="missing")


@row("B003")
def folder() -> Iterator[Case]:
    yield Case("directory", Path.mkdir, LOCAL, "file.notregular", ["B003-directory.tar"], setup="directory")


@row("B004")
def special_files() -> Iterator[Case]:
    yield Case("fifo", os.mkfifo, LOCAL, "file.notregular", ["B004-fifo.tar"], setup="fifo")
    yield Case("device", None, LOCAL, "file.notregular", ["/dev/null"], path="/dev/null", setup="device")


@row("B005")
def symlink() -> Iterator[Case]:
    def make(path: Path) -> None:
        target = path.with_name("target-" + path.name)
        target.write_bytes(good().bytes())
        path.symlink_to(target.name)

    yield Case("symlink", make, 0, None, setup="symlink")
    yield Case("symlink not followed", make, LOCAL, None, args=["--no-follow"], setup="symlink")


@row("B006")
def compressed() -> Iterator[Case]:
    yield Case("gzip", gzip.compress(good().bytes(), 1, mtime=0), FORMAT, "file.compressed", ["gzip"])


@row("B007")
def other_files() -> Iterator[Case]:
    data = good().bytes()
    for name, content in (
        ("zstd", _zstd(data)),
        ("xz", lzma.compress(data, preset=0)),
        ("zip", b"PK\x03\x04" + bytes(4096)),
        ("PDF", b"%PDF-1.7\n" + bytes(4096)),
        ("ELF", b"\x7fELF\x02\x01\x01" + bytes(4096)),
    ):
        yield Case(name, content, FORMAT, "file.magic")


def _zstd(data: bytes) -> bytes:
    """A zstd frame of raw blocks (RFC 8878, 3.1.1): no compressor is at hand."""
    blocks = [data[at : at + 65536] for at in range(0, len(data), 65536)]
    parts = [b"\x28\xb5\x2f\xfd\x00\x58"]
    for number, block in enumerate(blocks):
        last = number == len(blocks) - 1
        parts += [(len(block) << 3 | last).to_bytes(3, "little"), block]
    return b"".join(parts)


def _foreign_tar(names: list[str]) -> bytes:
    """As other programs write it: a name that ends in a slash is a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            if name.endswith("/"):
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                content = writer.OCI_LAYOUT if name == "oci-layout" else b"{}"
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@row("B008")
def docker_save() -> Iterator[Case]:
    config = "4f53" * 16 + ".json"
    old = [config, "abcd" * 16 + "/", "abcd" * 16 + "/layer.tar", "manifest.json", "repositories"]
    new = [
        "blobs/",
        "blobs/sha256/",
        "blobs/sha256/" + "abcd" * 16,
        "index.json",
        "manifest.json",
        "oci-layout",
    ]
    yield Case("docker save", _foreign_tar(old), FORMAT, "bundle.nostatement", [config])
    yield Case("docker save as layout", _foreign_tar(new), FORMAT, "bundle.nostatement", ["blobs"])


@row("B009")
def unsigned_layout() -> Iterator[Case]:
    bundle = good()
    bare = writer.tar_of([bundle.front()[0], *bundle.entries])
    yield Case("layout without statement", bare, FORMAT, "bundle.nostatement", ["index.json"])
    foreign = _foreign_tar(["index.json", "oci-layout", "blobs/sha256/" + "abcd" * 16])
    yield Case("foreign layout", foreign, FORMAT, "bundle.nostatement", ["index.json"])


@row("B010")
def cut_in_first_header() -> Iterator[Case]:
    for size in (1, 100, 511):
        yield Case(f"{size} bytes", good().bytes()[:size], FORMAT, "tar.truncated", [str(size)])


@row("B011")
def cut_in_layer() -> Iterator[Case]:
    data = good().bytes()
    for name, size in (("one byte less", len(data) - 1), ("half", len(data) // 2)):
        yield Case(name, data[:size], FORMAT, "tar.truncated", [str(len(data)), str(size)])

    huge = 10 << 30
    fake = "sha256:" + "ab" * 32

    def with_huge_layer(place: str, value: list) -> list:
        # The blobs are not at hand here; the hole is entered below, and this only names it.
        if place == "cloudgrid-bff amd64 layers":
            return [*value, {"digest": fake, "mediaType": GZIP_LAYER, "size": huge}]
        return value

    bundle = GoodBundle(
        alter=with_huge_layer, release=lambda release: release.blobs.promise(fake, huge, GZIP_LAYER) and None
    )
    offset = len(writer.tar_of(bundle.front())) - len(writer.END)
    whole = offset + writer.rest_size(bundle.entries)
    for name, size in (("sparse 10 GiB one byte less", whole - 1), ("sparse 10 GiB half", whole // 2)):

        def make(path: Path, size: int = size) -> None:
            with open(path, "wb") as file:
                for item in bundle.all_entries():
                    file.write(writer.headers(item.path, item.size))
                    if item.content is None:
                        file.seek(item.size, os.SEEK_CUR)
                    else:
                        file.write(item.content)
                    file.write(writer.padding(item.size))
                file.truncate(size)

        yield Case(name, make, FORMAT, "tar.truncated", [str(whole), str(size)])


@row("B012")
def cut_at_border() -> Iterator[Case]:
    data, forged = good().bytes(), good().forged()
    without_end = data[: -len(writer.END)]
    yield Case(
        "no zero blocks", without_end, FORMAT, "tar.truncated", [str(len(data)), str(len(without_end))]
    )
    for name, path in (
        ("after signatures", SIGNATURE),
        ("after index", "index.json"),
        ("after a blob", victim()),
    ):
        cut = data[: forged.places[path].end]
        yield Case(name, cut, FORMAT, "tar.truncated")
    for name, path in (("after oci-layout", "oci-layout"), ("after statement", writer.STATEMENT_PATH)):
        yield Case(name, data[: forged.places[path].end], FORMAT, "tar.truncated")


@row("B013")
def one_zero_block() -> Iterator[Case]:
    data = good().bytes()
    yield Case(
        "one zero block", data[:-BLOCK], FORMAT, "tar.truncated", [str(len(data)), str(len(data) - BLOCK)]
    )


@row("B014")
def appended() -> Iterator[Case]:
    data = good().bytes()
    for name, extra in (
        ("one byte", b"x"),
        ("512 zero bytes", bytes(512)),
        ("9 KiB of zero bytes", bytes(9 << 10)),
    ):
        yield Case(name, data + extra, FORMAT, "tar.trailing", [str(len(data))])


@row("B015")
def two_bundles() -> Iterator[Case]:
    data = good().bytes()
    yield Case("two bundles", data + data, FORMAT, "tar.trailing", [str(len(data))])


@row("B016")
def flipped_content() -> Iterator[Case]:
    release = good().release
    shared, own = release.layers["cloudgrid-bff", "amd64"]
    targets = [("shared layer", shared, ALL_IMAGES), ("layer of bff", own, ["cloudgrid-bff"])]
    for name, layer, images in targets:
        place = good().forged().places[writer.blob_path(layer["digest"])]
        regions = (("first", 0), ("middle", place.size // 2), ("last", place.size - 1))
        for region, at in regions:
            yield _flipped(f"{name} {region} byte", layer["digest"], at, images)
    for service in facts.SERVICES[1:]:
        layer = release.layers[service.image, "arm64"][1]
        yield _flipped(f"layer of {service.name}", layer["digest"], layer["size"] // 2, [service.image])
    # The catalogue's row is about layers; a manifest, a release file and index.json are no different.
    manifest = release.manifests["cloudgrid-bff", "amd64"]["digest"]
    yield _flipped("manifest", manifest, 5, [], tier=2)
    yield _flipped("release manifest", release.release_manifest["digest"], 5, [], tier=2)
    forged = good().forged()
    index = forged.with_flipped_bit(forged.places["index.json"].content + 20).bytes()
    yield Case("index", index, CONTENT, "blob.digest", ["index.json"], tier=2)


def _flipped(name: str, digest: str, at: int, images: list[str], tier: int = 1) -> Case:
    path, forged = writer.blob_path(digest), good().forged()
    forged.with_flipped_bit(forged.places[path].content + at)
    return Case(name, forged.bytes(), CONTENT, "blob.digest", [digest, path, *images], tier=tier)


@row("B017")
def flipped_padding() -> Iterator[Case]:
    paths = {
        "blob": victim(),
        "index": "index.json",
        "layout": "oci-layout",
        "statement": writer.STATEMENT_PATH,
    }
    for name, path in {**paths, "signature": SIGNATURE}.items():
        for where in ("first", "last"):
            forged = good().forged()
            place = forged.places[path]
            at = place.content + place.size if where == "first" else place.end - 1
            yield Case(
                f"{where} after {name}", forged.with_flipped_bit(at).bytes(), FORMAT, "tar.padding", [path]
            )
    # Which word fits the two blocks at the end, no page says.
    forged = good().forged()
    for name, at in (
        ("first zero block", len(forged.data) - 1024),
        ("second zero block", len(forged.data) - 1),
    ):
        yield Case(name, good().forged().with_flipped_bit(at).bytes(), FORMAT, None)
