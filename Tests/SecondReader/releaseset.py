"""Sections 3 and 7: the release artifact, and that the set is the release that it says it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import strictjson
from fault import require
from graph import MANIFEST, Graph, Named
from shape import DIGEST, Shape
from statement import Statement

_ARTIFACT = "application/vnd.cgbundle.release.v1"
_EMPTY = {
    "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "mediaType": "application/vnd.oci.empty.v1+json",
    "size": 2,
}
_TITLE = "org.opencontainers.image.title"
_VERSION = "org.opencontainers.image.version"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)
_TYPES = (
    (".spdx.json", "application/spdx+json"),
    (".sarif", "application/sarif+json"),
    (".json", "application/json"),
    (".yaml", "application/yaml"),
    (".yml", "application/yaml"),
    (".tgz", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
    (".zip", "application/zip"),
    (".sh", "application/x-sh"),
    (".txt", "text/plain"),
    (".pem", "application/x-pem-file"),
    ("", "application/octet-stream"),
)
_HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
_MAX_RELEASE_MANIFEST = 64 << 20


def check(graph: Graph, statement: Statement, read: Callable[[str], bytes]) -> None:
    release = _one(graph, "release")
    files = _artifact(release, read(release.digest), statement.version)
    listed = files.get("release-manifest.json")
    require(listed == statement.release, 6, f"release-manifest.json: is {listed}, not {statement.release}")
    _check_images(graph, read(statement.release[0]), statement)
    _check_chart(graph, read, statement.version.removeprefix("v"))


def _one(graph: Graph, kind: str) -> Named:
    found = [item for item in graph.named if item.kind == kind]
    require(len(found) == 1, 7, f"{len(found)} descriptors of kind {kind}, not one")
    return found[0]


def _artifact(named: Named, data: bytes, version: str) -> dict[str, tuple[str, int]]:
    """The release files by name."""
    s = Shape(named.ref_name, 6)
    s.equal(named.media_type, "mediaType", MANIFEST)
    d = strictjson.parse_canonical(data, named.ref_name, 6, 4 << 20)
    members = {"annotations", "artifactType", "config", "layers", "mediaType", "schemaVersion"}
    s.exactly(d, "it", members)
    s.equal(d["artifactType"], "artifactType", _ARTIFACT)
    s.equal(d["mediaType"], "mediaType", MANIFEST)
    s.equal(d["config"], "config", _EMPTY)
    files: dict[str, tuple[str, int]] = {}
    folded: set[str] = set()
    for n, layer in enumerate(d["layers"]):
        place = f"layers/{n}"
        s.exactly(layer, place, {"annotations", "digest", "mediaType", "size"})
        title = s.text(s.exactly(layer["annotations"], place, {_TITLE})[_TITLE], place, _NAME)
        if title.endswith(".") or _DEVICE.match(title) or title.lower() in folded:
            raise s.fault(place, f"has the title {title!r}, or two have")
        folded.add(title.lower())
        s.equal(layer["mediaType"], title, next(kind for suffix, kind in _TYPES if title.endswith(suffix)))
        files[title] = (layer["digest"], layer["size"])
    require(list(files) == sorted(files), 6, f"{named.ref_name}: layers are not sorted by title")
    s.exactly(d["annotations"], "annotations", {_VERSION})
    require(
        d["annotations"][_VERSION] == version, 7, f"{named.ref_name}: says another version than {version}"
    )
    return files


def _check_images(graph: Graph, data: bytes, statement: Statement) -> None:
    name = "release-manifest.json"
    s = Shape(name, 7)
    d = s.object(strictjson.parse(data, name, 7, _MAX_RELEASE_MANIFEST, 8_000_000), "it")
    s.equal(d.get("version"), "version", statement.version)
    wanted: dict[str, str] = {}
    for n, item in enumerate(s.array(d.get("images"), "images")):
        place = f"images/{n}"
        s.object(item, place)
        if "spdxVersion" in item and not {"image", "digest"} & set(item):
            continue
        ref_name = s.text(item.get("image"), place).rpartition("/")[2]
        require(ref_name not in wanted, 7, f"{name}: two images {ref_name}")
        wanted[ref_name] = s.text(item.get("digest"), place, DIGEST)
    found: dict[str, Any] = {item.ref_name: item.digest for item in graph.named if item.kind == "image"}
    for ref_name in sorted(wanted.keys() | found.keys()):
        here, there = found.get(ref_name), wanted.get(ref_name)
        require(here == there, 7, f"image {ref_name}: bundle has {here}, {name} has {there}")


def _check_chart(graph: Graph, read: Callable[[str], bytes], version: str) -> None:
    chart = _one(graph, "chart")
    s = Shape(chart.ref_name, 7)
    config = graph.documents[chart.digest].get("config")
    s.object(config, "config")
    s.equal(config.get("mediaType"), "config/mediaType", _HELM_CONFIG)
    d = s.object(strictjson.parse(read(config["digest"]), chart.ref_name, 7, 4 << 20), "its config")
    s.equal(d.get("version"), "version", version)
