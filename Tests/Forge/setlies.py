"""Sections F and J of the catalogue, as far as they are about the bundle's file: sets that are no release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from case import FORMAT, POLICY, Case, row
from goodbundle import GoodBundle, good, writer
from jsonlies import altered
from make.tiny import REF_NAME, TinyRelease

OTHER = "cloudgrid-storage-read"
LEFT_OUT = "cloudgrid-alert-evaluator"


def set_case(name: str, bundle: GoodBundle, exit: int, reason: str, *mentions: str) -> Case:
    return Case(name, bundle.bytes(), exit, reason, list(mentions), tier=2)


def _reached(release: TinyRelease, descriptor: dict[str, Any]) -> set[str]:
    """The digests of a document and of all below it."""
    found = {descriptor["digest"]}
    if descriptor["mediaType"] in writer.DOCUMENT_TYPES:
        document = json.loads(release.blobs.content[descriptor["digest"]])
        below = [*document.get("manifests", []), *document.get("layers", [])]
        for item in below + ([document["config"]] if "config" in document else []):
            found |= _reached(release, item)
    return found


@row("B123")
def seven_images() -> Iterator[Case]:
    """Without the image and all that speaks of it."""

    def without(index: dict[str, Any]) -> dict[str, Any]:
        names = ((d, d["annotations"][REF_NAME]) for d in index["manifests"])
        kept = [d for d, name in names if name != LEFT_OUT and not name.startswith(LEFT_OUT + "/")]
        return {**index, "manifests": kept}

    def drop(release: TinyRelease) -> None:
        kept: set[str] = set()
        for item in json.loads(release.index)["manifests"]:
            kept |= _reached(release, item)
        for digest in set(release.blobs.content) - kept:
            release.blobs.drop(digest)

    bundle = GoodBundle(alter=lambda at, value: without(value) if at == "index.json" else value, release=drop)
    yield set_case("seven images", bundle, POLICY, "set.missing", LEFT_OUT)


@row("B124")
def ninth_image() -> Iterator[Case]:
    target = good().release.images[OTHER]

    def lie(index: dict[str, Any]) -> dict[str, Any]:
        annotations = {
            "dev.cgbundle.kind": "image",
            "io.containerd.image.name": "registry.example.com/cloudgrid-zebra:1",
            REF_NAME: "cloudgrid-zebra",
        }
        listed = [*index["manifests"], {**target, "annotations": annotations}]
        return {**index, "manifests": sorted(listed, key=lambda d: d["annotations"][REF_NAME])}

    bundle = altered("index.json", lie)
    yield set_case("ninth image", bundle, POLICY, "set.extra", "cloudgrid-zebra", target["digest"])


@row("B125")
def swapped_images() -> Iterator[Case]:
    def lie(images: dict[str, Any]) -> dict[str, Any]:
        return {**images, OTHER: images[LEFT_OUT], LEFT_OUT: images[OTHER]}

    bundle = altered("release images", lie)
    yield set_case("swapped images", bundle, POLICY, "set.digest", OTHER, LEFT_OUT)


@row("B128")
def other_chart() -> Iterator[Case]:
    bundle = altered("chart config", lambda config: {**config, "version": "9.9.9"})
    yield set_case("chart version", bundle, POLICY, "set.version", "chart", "9.9.9")


@row("B216")
def titles() -> Iterator[Case]:
    for name, title in (
        ("slash", "a/b"),
        ("dots", ".."),
        ("hidden", ".bashrc"),
        ("device", "CON"),
        ("NUL", "x\0y"),
        ("300 bytes", "n" * 300),
    ):
        bundle = altered("release files", lambda files: {**files, title: b"content"})
        # No string of a document may hold a NUL, so this one is not even read as a name.
        yield set_case(f"title {name}", bundle, FORMAT, "json.string" if name == "NUL" else "name.path")


@row("B217")
def titles_in_two_cases() -> Iterator[Case]:
    bundle = altered("release files", lambda files: {**files, "README.md": b"a", "readme.md": b"b"})
    yield set_case("two cases", bundle, FORMAT, "name.duplicate", "README.md", "readme.md")
