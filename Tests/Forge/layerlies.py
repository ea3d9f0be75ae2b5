"""Section E of the catalogue, B113 to B119: descriptors and configs that speak of other bytes."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from case import CONTENT, FORMAT, Case, row
from goodbundle import GoodBundle, writer
from graphlies import NOWHERE, layer_case
from jsonlies import ARCH, IMAGE, altered
from make import encoding
from make.tiny import GZIP_LAYER, TinyRelease, stored_gzip, tar


@row("B113")
def other_data() -> Iterator[Case]:
    data = base64.b64encode(b"other").decode()
    yield layer_case("other data", CONTENT, "descriptor.data", "/layers/0/data", tier=2, data=data)


def deep_case(
    name: str, alter: Callable[[str, Any], Any], exit: int, reason: str, told=lambda release: []
) -> Case:
    """What only `--layers` finds."""
    bundle = GoodBundle(alter=alter)
    return Case(name, bundle.bytes(), exit, reason, told(bundle.release), args=["--layers"], tier=3)


def config_case(name: str, change: Callable[[list[str]], list[str]], reason: str) -> Case:
    def alter(place: str, value: Any) -> Any:
        if place != f"{IMAGE} {ARCH} config":
            return value
        rootfs = {**value["rootfs"], "diff_ids": change(value["rootfs"]["diff_ids"])}
        return {**value, "rootfs": rootfs}

    return deep_case(name, alter, CONTENT, reason, lambda release: [IMAGE])


@row("B115")
def no_config() -> Iterator[Case]:
    bundle = altered(f"{IMAGE} {ARCH} config", lambda d: b"no JSON")
    yield Case("config", bundle.bytes(), FORMAT, "config.json", [writer.digest(b"no JSON")], tier=3)


@row("B116")
def diff_count() -> Iterator[Case]:
    yield config_case("one diff id", lambda ids: ids[:1], "config.diffids")


@row("B117")
def diff_id() -> Iterator[Case]:
    yield config_case("other diff id", lambda ids: [NOWHERE, *ids[1:]], "layer.diffid")


def layer_bytes_case(name: str, layer: bytes, reason: str, media_type: str = GZIP_LAYER, **more: Any) -> Case:
    """Other bytes for the second layer of another image than the one that has it without gzip."""
    image = "cloudgrid-otlp-collector"
    replaced: list[str] = []

    def alter(place: str, value: Any) -> Any:
        if place != f"{image} {ARCH} layers":
            return value
        replaced.append(value[1]["digest"])
        descriptor = {"digest": writer.digest(layer), "mediaType": media_type, "size": len(layer)}
        return [value[0], {**descriptor, **more}]

    def release(release: TinyRelease) -> None:
        release.blobs.put(layer, media_type)
        release.blobs.drop(replaced[0])

    bundle = GoodBundle(alter=alter, release=release)
    return Case(name, bundle.bytes(), FORMAT, reason, [writer.digest(layer)], args=["--layers"], tier=3)


@row("B114")
def large_data() -> Iterator[Case]:
    # In base64 that is 1 MiB, the longest string that the JSON may hold.
    layer = bytes(768 << 10)
    data = base64.b64encode(layer).decode()
    plain = "application/vnd.oci.image.layer.v1.tar"
    case = layer_bytes_case("data of 1 MiB", layer, "descriptor.datasize", plain, data=data)
    case.args, case.mentions, case.tier = None, ["/layers/1/data"], 2
    yield case


@row("B118")
def bomb() -> Iterator[Case]:
    # One deflate block of 1 MiB of zeros, repeated: what it unpacks to is never made here.
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    layer = head + block * ((1 << 20) // len(block)) + b"\x03\0" + bytes(8)
    yield layer_bytes_case("gzip bomb", layer, "layer.ratio")


@row("B119")
def garbage() -> Iterator[Case]:
    archive = tar(encoding.member("usr/bin/otlp-collector", b"otlp-collector amd64\n", 0o755))
    yield layer_bytes_case("garbage after gzip", stored_gzip(archive) + b"garbage", "layer.trailing")
