"""Section E of the catalogue: documents that name each other wrongly. All of it is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from case import CONTENT, FORMAT, Case, row
from goodbundle import GoodBundle, good, writer
from jsonlies import ARCH, IMAGE, MANIFEST, altered
from make import encoding
from make.tiny import GZIP_LAYER, REF_NAME, TinyRelease

FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
NOWHERE = "sha256:" + hashlib.sha256(b"nowhere").hexdigest()
# The link-local address that cloud machines ask for their secrets.
layer_url = "http://169.254.169.254/layer"


def first_layer(**members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The manifest with other members in its first layer's descriptor."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        first, *rest = document["layers"]
        return {**document, "layers": [{**first, **members}, *rest]}

    return change


def manifest_digest(bundle: GoodBundle) -> str:
    return bundle.release.manifests[IMAGE, ARCH]["digest"]


def layer_case(
    name: str, exit: int, reason: str | None, *mentions: str, tier: int = 1, **members: Any
) -> Case:
    bundle = altered(MANIFEST, first_layer(**members))
    told = [manifest_digest(bundle)] if exit else []
    return Case(name, bundle.bytes(), exit, reason, [*told, *mentions], tier=tier)


class WithExtra:
    """A bundle with one more descriptor in `index.json`, of kind `extra-image`."""

    def __init__(self, make: Callable[[writer.Blobs], dict[str, Any]]) -> None:
        blobs = writer.Blobs()
        self.target = make(blobs)

        def alter(place: str, value: Any) -> Any:
            if place != "index.json":
                return value
            annotations = {
                "dev.cgbundle.kind": "extra-image",
                "dev.cgbundle.tag": "1",
                "io.containerd.image.name": "registry.example.com/extra:1",
                REF_NAME: "extra",
            }
            listed = [*value["manifests"], {**self.target, "annotations": annotations}]
            return {**value, "manifests": sorted(listed, key=lambda d: d["annotations"][REF_NAME])}

        def release(release: TinyRelease) -> None:
            for digest, content in blobs.content.items():
                for media_type in blobs.types[digest]:
                    release.blobs.put(content, media_type)

        self.bundle = GoodBundle(alter=alter, release=release)

    def bytes(self) -> bytes:
        return self.bundle.bytes()


def index_of(blobs: writer.Blobs, children: list[dict[str, Any]]) -> dict[str, Any]:
    document = {"schemaVersion": 2, "mediaType": writer.OCI_INDEX, "manifests": children}
    return blobs.put(encoding.compact(document), writer.OCI_INDEX)


@row("B096")
def missing() -> Iterator[Case]:
    absent = {"digest": NOWHERE, "mediaType": writer.OCI_MANIFEST, "size": 500}
    bundle = altered(f"{IMAGE} index", lambda d: {**d, "manifests": [*d["manifests"], absent]})
    mentions = [NOWHERE, bundle.release.images[IMAGE]["digest"], IMAGE]
    yield Case("missing manifest", bundle.bytes(), CONTENT, "graph.missing", mentions)
    absent_layer = {"digest": NOWHERE, "mediaType": GZIP_LAYER, "size": 500}
    bundle = altered(MANIFEST, lambda d: {**d, "layers": [*d["layers"], absent_layer]})
    mentions = [NOWHERE, manifest_digest(bundle), IMAGE]
    yield Case("missing layer", bundle.bytes(), CONTENT, "graph.missing", mentions)


@row("B097")
def unreferenced() -> Iterator[Case]:
    content = b"named by nothing"
    bundle = GoodBundle(release=lambda release: release.blobs.put(content, "text/plain") and None)
    mentions = [writer.digest(content), str(len(content))]
    yield Case("unreferenced", bundle.bytes(), FORMAT, "graph.unreferenced", mentions)


@row("B098")
def size() -> Iterator[Case]:
    layer = good().release.layers[IMAGE, ARCH][0]
    told = [layer["digest"], str(layer["size"]), str(layer["size"] + 1)]
    yield layer_case("layer size", CONTENT, "blob.size", *told, size=layer["size"] + 1)

    def in_index(document: dict[str, Any]) -> dict[str, Any]:
        first, *rest = document["manifests"]
        return {**document, "manifests": [{**first, "size": first["size"] + 1}, *rest]}

    bundle = altered(f"{IMAGE} index", in_index)
    named = bundle.release.manifests[IMAGE, ARCH]
    told = [
        named["digest"],
        str(named["size"]),
        str(named["size"] + 1),
        bundle.release.images[IMAGE]["digest"],
    ]
    yield Case("manifest size", bundle.bytes(), CONTENT, "blob.size", told)


@row("B099")
def other_content() -> Iterator[Case]:
    digest = good().release.layers[IMAGE, ARCH][0]["digest"]

    def lie(release: TinyRelease) -> None:
        release.blobs.content[digest] = bytes(release.blobs.sizes[digest])

    bundle = GoodBundle(release=lie)
    yield Case("other content", bundle.bytes(), CONTENT, "blob.digest", [digest, writer.blob_path(digest)])


@row("B100")
def capitals() -> Iterator[Case]:
    algorithm, hexadecimal = good().release.layers[IMAGE, ARCH][0]["digest"].split(":")
    value = f"{algorithm}:{hexadecimal.upper()}"
    yield layer_case("capitals", FORMAT, "digest.syntax", value, "/layers/0", digest=value)


@row("B101")
def no_digest() -> Iterator[Case]:
    for name, value in (
        ("sha1", "sha1:" + "a" * 40),
        ("md5", "md5:" + "a" * 32),
        ("63 digits", "sha256:" + "a" * 63),
        ("path", "sha256:../../x"),
        ("empty digest", ""),
    ):
        yield layer_case(
            name, FORMAT, "digest.syntax", "/layers/0", *([value] if value else []), digest=value
        )


@row("B102")
def other_algorithm() -> Iterator[Case]:
    yield layer_case("sha512", FORMAT, "digest.algorithm", "sha512", digest="sha512:" + "a" * 128)
    yield layer_case("blake3", FORMAT, "digest.algorithm", "blake3", digest="blake3:" + "a" * 64)


@row("B103")
def both_kinds() -> Iterator[Case]:
    bundle = altered(MANIFEST, lambda d: {**d, "manifests": []})
    yield Case("index and manifest", bundle.bytes(), FORMAT, "type.confusion", [manifest_digest(bundle)])
    bundle = altered(f"{IMAGE} index", lambda d: {**d, "layers": []})
    digest = bundle.release.images[IMAGE]["digest"]
    yield Case("manifest in an index", bundle.bytes(), FORMAT, "type.confusion", [digest])


@row("B104")
def two_types() -> Iterator[Case]:
    def alter(place: str, value: Any) -> Any:
        if place == MANIFEST:
            # With the member the document would contradict one of the two as well.
            return {name: item for name, item in value.items() if name != "mediaType"}
        if place == f"{IMAGE} index":
            again = {**value["manifests"][0], "mediaType": writer.OCI_INDEX}
            return {**value, "manifests": [*value["manifests"], again]}
        return value

    bundle = GoodBundle(alter=alter)
    mentions = [manifest_digest(bundle), writer.OCI_INDEX, writer.OCI_MANIFEST]
    yield Case("two types", bundle.bytes(), FORMAT, "type.conflict", mentions)


@row("B105")
def type_inside() -> Iterator[Case]:
    bundle = altered(MANIFEST, lambda d: {**d, "mediaType": DOCKER_MANIFEST})
    mentions = [manifest_digest(bundle), DOCKER_MANIFEST, writer.OCI_MANIFEST]
    yield Case("type inside", bundle.bytes(), FORMAT, "type.mismatch", mentions)


@row("B106")
def schema1() -> Iterator[Case]:
    document = {
        "schemaVersion": 1,
        "name": "extra",
        "tag": "1",
        "fsLayers": [],
        "history": [],
        "signatures": [],
    }
    extra = WithExtra(lambda blobs: blobs.put(encoding.pretty(document), SCHEMA1))
    yield Case("schema 1", extra.bytes(), FORMAT, "type.schema1", [extra.target["digest"]])


@row("B107")
def unknown_type() -> Iterator[Case]:
    media_type = "application/vnd.example.unknown+json"
    extra = WithExtra(lambda blobs: blobs.put(b"{}\n", media_type))
    yield Case("unknown type", extra.bytes(), FORMAT, "type.unknown", [media_type])
    escape = "application/x\x1b[31m"
    extra = WithExtra(lambda blobs: blobs.put(b"{}\n", escape))
    yield Case("escape in type", extra.bytes(), FORMAT, "type.unknown", ["application/x", "[31m"])


@row("B108")
def deep() -> Iterator[Case]:
    chain: list[dict[str, Any]] = []

    def make(blobs: writer.Blobs) -> dict[str, Any]:
        chain.append(good().release.manifests[IMAGE, ARCH])
        for _ in range(5):
            chain.append(index_of(blobs, [chain[-1]]))
        return chain[-1]

    extra = WithExtra(make)
    yield Case("five deep", extra.bytes(), FORMAT, "graph.depth", [d["digest"] for d in chain[:-3:-1]])


@row("B109")
def diamond() -> Iterator[Case]:
    def make(blobs: writer.Blobs) -> dict[str, Any]:
        level = good().release.manifests[IMAGE, ARCH]
        for _ in range(40):
            level = index_of(blobs, [level, level])
        return level

    yield Case("diamond", WithExtra(make).bytes(), FORMAT, "graph.depth")


@row("B110")
def many() -> Iterator[Case]:
    extra = WithExtra(lambda blobs: index_of(blobs, [good().release.manifests[IMAGE, ARCH]] * 4097))
    yield Case("4097 descriptors", extra.bytes(), FORMAT, "graph.count", [extra.target["digest"]])


@row("B111")
def urls() -> Iterator[Case]:
    yield layer_case("urls with bytes", 0, None, urls=[layer_url])


@row("B112")
def foreign() -> Iterator[Case]:
    absent = {"digest": NOWHERE, "mediaType": FOREIGN, "size": 500, "urls": [layer_url]}
    bundle = altered(MANIFEST, lambda d: {**d, "layers": [*d["layers"], absent]})
    yield Case("foreign layer without bytes", bundle.bytes(), FORMAT, "graph.foreign", [NOWHERE, IMAGE])


@row("B120")
def same_ref_name() -> Iterator[Case]:
    def lie(index: dict[str, Any]) -> dict[str, Any]:
        return {
            **index,
            "manifests": [d for d in index["manifests"] for _ in range(1 + (d is index["manifests"][2]))],
        }

    name = _ref_names(good().release.index)[2]
    data = altered("index.json", lie).bytes()
    yield Case("one ref name twice", data, FORMAT, "index.duplicateref", [name], tier=2)


def _ref_names(index: bytes) -> list[str]:
    return [d["annotations"][REF_NAME] for d in json.loads(index)["manifests"]]


@row("B121")
def subject() -> Iterator[Case]:
    bundle = altered("referrer manifest", lambda d: {**d, "subject": {**d["subject"], "digest": NOWHERE}})
    yield Case("subject outside", bundle.bytes(), FORMAT, "graph.subject", [NOWHERE], tier=2)


@row("B108")
def deep_evidence() -> Iterator[Case]:
    """Nine referrers, each of the one before it; eight are read."""
    chain: list[dict[str, Any]] = []
    blobs = writer.Blobs()
    subject = good().release.images[IMAGE]
    for level in range(9):
        layer = blobs.put(b"evidence %d" % level, "application/octet-stream")
        document = {
            "schemaVersion": 2,
            "mediaType": writer.OCI_MANIFEST,
            "config": blobs.put(b"{}", "application/vnd.oci.empty.v1+json"),
            "layers": [layer],
            "subject": {key: subject[key] for key in ("mediaType", "digest", "size")},
        }
        subject = blobs.put(encoding.compact(document), writer.OCI_MANIFEST)
        chain.append(subject)

    def bundle(count: int) -> bytes:
        def alter(place: str, value: Any) -> Any:
            if place != "index.json":
                return value
            listed = value["manifests"] + [
                {
                    **manifest,
                    "annotations": {
                        "dev.cgbundle.kind": "referrer",
                        "io.containerd.image.name": f"registry.example.com/{IMAGE}@{manifest['digest']}",
                        REF_NAME: f"{IMAGE}/referrers/{manifest['digest'].replace(':', '-')}",
                    },
                }
                for manifest in chain[:count]
            ]
            return {**value, "manifests": sorted(listed, key=lambda d: d["annotations"][REF_NAME])}

        wanted = {d["digest"] for d in chain[:count]}

        def release(release: TinyRelease) -> None:
            for digest, content in blobs.content.items():
                if digest in {d["digest"] for d in chain} - wanted or content == b"evidence 8" and count < 9:
                    continue
                for media_type in blobs.types[digest]:
                    release.blobs.put(content, media_type)

        return GoodBundle(alter=alter, release=release).bytes()

    yield Case("nine referrers deep", bundle(9), FORMAT, "graph.depth", [chain[8]["digest"]])
    yield Case("eight referrers deep", bundle(8), 0, None, [])
