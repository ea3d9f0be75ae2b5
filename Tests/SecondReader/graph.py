"""Sections 1 and 3: what `index.json` names, all that is below it, and the classes that follow from it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import known
import strictjson
from fault import require
from shape import Shape
from statement import Listed

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEXES = {INDEX, "application/vnd.docker.distribution.manifest.list.v2+json"}
MANIFESTS = {MANIFEST, "application/vnd.docker.distribution.manifest.v2+json"}
_LAYER = re.compile(
    r"application/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+gzip|\+zstd)?\Z"
    r"|application/vnd\.docker\.image\.rootfs\.diff\.tar(?:\.gzip|\.zstd)?\Z"
    r"|application/vnd\.docker\.image\.rootfs\.foreign\.diff\.tar(?:\.gzip)?\Z"
    r"|application/zip\Z"
)
_REF_NAME = "org.opencontainers.image.ref.name"
_SOURCE = "io.containerd.image.name"
_KIND = "dev.cgbundle.kind"
_TAG = "dev.cgbundle.tag"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_REF_NAMES = {
    "image": re.compile(rf"{_COMPONENT}\Z"),
    "extra-image": re.compile(rf"{_PATH}\Z"),
    "chart": re.compile(r"charts/cloudgrid\Z"),
    "release": re.compile(r"releases/cloudgrid\Z"),
    "signature": re.compile(rf"{_PATH}/sha256-[0-9a-f]{{64}}\.(?:sig|att|sbom)\Z"),
    "referrer": re.compile(rf"{_PATH}/referrers/sha256-(?P<own>[0-9a-f]{{64}})\Z"),
}
_OCI_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")

MAX_DOCUMENT = 4 << 20
MAX_CONFIG = 8 << 20
MAX_DOCUMENTS = 16384
# bundle-v1.md gives this limit for index.json only; inside the graph 4096 is the catalogue's.
MAX_CHILDREN = 4096
MAX_DEPTH = 3
# Levels of signatures and referrers above an image, and their number in one repository.
MAX_EVIDENCE_DEPTH = 8
MAX_EVIDENCE = 10_000
_EVIDENCE = re.compile(r"(?P<repository>.+)/(?:sha256-(?P<subject>[0-9a-f]{64})\.(?:sig|att|sbom)|referrers/[^/]+)\Z")


class Named(NamedTuple):
    """A descriptor of `index.json`."""

    kind: str
    ref_name: str
    digest: str
    media_type: str


class Graph:
    """Walks from `index.json`; `read` gives the bytes of a blob, which are known to be the digest's."""

    def __init__(self, index: bytes, listed: list[Listed], read: Callable[[str], bytes]) -> None:
        self._listed = {entry.digest: entry for entry in listed[1:]}
        self._read = read
        self._types: dict[str, set[str]] = {}
        self._depths: dict[str, int] = {}
        self._configs: set[str] = set()
        self._subjects: list[tuple[str, dict[str, Any]]] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.named = self._read_index(index)
        self._check_subjects()
        self._check_evidence()
        unreached = [digest for digest in self._listed if digest not in self._types]
        require(not unreached, 6, f"{unreached[:1]}: is named by nothing")
        self._check_order(listed[1:])

    def _read_index(self, data: bytes) -> list[Named]:
        s = Shape("index.json", 6)
        d = strictjson.parse_canonical(data, "index.json", 6, MAX_DOCUMENT)
        s.exactly(d, "it", {"manifests", "mediaType", "schemaVersion"})
        s.equal(d["mediaType"], "mediaType", INDEX)
        s.equal(d["schemaVersion"], "schemaVersion", 2)
        named = []
        manifests = s.array(d["manifests"], "manifests")
        require(len(manifests) <= MAX_DOCUMENTS, 6, "index.json: has too many descriptors")
        for n, item in enumerate(manifests):
            place = f"manifests/{n}"
            s.exactly(item, place, {"annotations", "digest", "mediaType", "size"})
            kind, ref_name = _annotations(s, item["annotations"], place)
            digest = s.digest(item["digest"], place)
            own = _REF_NAMES[kind].match(ref_name).groupdict().get("own", digest[7:])
            s.equal(own, f"{place}: the digest of {ref_name}", digest[7:])
            named.append(Named(kind, ref_name, digest, s.text(item["mediaType"], place)))
        names = [item.ref_name.encode() for item in named]
        require(names == sorted(set(names)), 6, "index.json: ref names are not sorted, or one stands twice")
        for n, item in enumerate(manifests):
            self._visit(item, f"index.json: manifests/{n}", 1)
        return named

    def _descriptor(self, item: Any, place: str) -> tuple[str, str]:
        """The digest and media type, known to be of a blob of the set with that size."""
        s = Shape(place, 6)
        s.object(item, "it")
        digest = s.digest(item.get("digest"), "digest")
        media_type = s.text(item.get("mediaType"), "mediaType")
        size = s.integer(item.get("size"), "size")
        require(digest in self._listed, 6, f"{place}: {digest} is not in the bundle")
        s.equal(size, "size", self._listed[digest].size)
        _check_texts(s, item)
        if "data" in item:
            data = base64.b64decode(s.text(item["data"], "data"))
            s.equal(data, "data", self._read(digest))
        self._types.setdefault(digest, set()).add(media_type)
        return digest, media_type

    def _visit(self, item: Any, place: str, depth: int) -> None:
        """An index or manifest, named by `item` at `depth` below `index.json`."""
        digest, media_type = self._descriptor(item, place)
        require(
            media_type in INDEXES | MANIFESTS, 6, f"{place}: {media_type!r} is neither index nor manifest"
        )
        require(
            depth <= MAX_DEPTH and (depth < MAX_DEPTH or media_type in MANIFESTS), 6, f"{place}: is too deep"
        )
        # Seen at this depth or deeper: all below has been measured already, so a diamond costs nothing.
        if self._depths.get(digest, 0) >= depth:
            return
        self._depths[digest] = depth
        if digest not in self.documents:
            require(len(self.documents) < MAX_DOCUMENTS, 6, "too many indexes and manifests")
            self.documents[digest] = strictjson.parse(self._read(digest), digest, 6, MAX_DOCUMENT)
            known.check(self.documents[digest], known.DOCUMENT, digest, 6)
        d, s = self.documents[digest], Shape(digest, 6)
        s.object(d, "it")
        s.equal(d.get("schemaVersion"), "schemaVersion", 2)
        if "mediaType" in d:
            s.equal(d["mediaType"], "mediaType", media_type)
        _check_texts(s, d)
        if "subject" in d:
            self._subjects.append((digest, s.object(d["subject"], "subject")))
        if media_type in INDEXES:
            require(not {"config", "layers"} & set(d), 6, f"{digest}: is index and manifest at once")
            children = s.array(d.get("manifests"), "manifests")
            require(len(children) <= MAX_CHILDREN, 6, f"{digest}: names more than {MAX_CHILDREN} manifests")
            for n, child in enumerate(children):
                self._visit(child, f"{digest}: manifests/{n}", depth + 1)
        else:
            require("manifests" not in d, 6, f"{digest}: is index and manifest at once")
            self._config(*self._descriptor(d.get("config"), f"{digest}: config"))
            for n, layer in enumerate(s.array(d.get("layers"), "layers")):
                self._descriptor(layer, f"{digest}: layers/{n}")

    def _config(self, digest: str, media_type: str) -> None:
        """A config that others read is checked once."""
        if media_type in known.CONFIGS and digest not in self._configs:
            self._configs.add(digest)
            value = strictjson.parse(self._read(digest), digest, 6, MAX_CONFIG)
            known.check(value, known.CONFIGS[media_type], digest, 6)

    def _check_subjects(self) -> None:
        for digest, subject in self._subjects:
            s = Shape(f"{digest}: subject", 6)
            target = s.digest(subject.get("digest"), "digest")
            require(target in self.documents, 6, f"{digest}: subject {target} is not in the bundle")
            s.equal(subject.get("size"), "size", self._listed[target].size)
            require(
                subject.get("mediaType") in self._types[target],
                6,
                f"{digest}: subject has another media type",
            )

    def _check_evidence(self) -> None:
        """How deep and how numerous what proves something is."""
        subjects = {digest: subject["digest"] for digest, subject in self._subjects}
        counts: dict[str, int] = {}
        waiting = []
        depths: dict[str, int] = {}
        for item in self.named:
            if item.kind not in ("signature", "referrer"):
                self._set_depth(depths, item.digest, 0)
                continue
            match = _EVIDENCE.match(item.ref_name)
            assert match is not None
            counts[match["repository"]] = counts.get(match["repository"], 0) + 1
            subject = f"sha256:{match['subject']}" if match["subject"] else subjects.get(item.digest)
            waiting.append((item, subject))
        for repository, count in counts.items():
            require(count <= MAX_EVIDENCE, 6, f"{repository}: has {count} signatures and referrers")
        depth = 1
        while reached := [item for item, subject in waiting if subject in depths]:
            require(depth <= MAX_EVIDENCE_DEPTH, 6, f"{reached[0].digest}: is too deep above an image")
            for item in reached:
                self._set_depth(depths, item.digest, depth)
            waiting = [(item, subject) for item, subject in waiting if item not in reached]
            depth += 1

    def _set_depth(self, depths: dict[str, int], root: str, depth: int) -> None:
        """Gives a document and all below it a depth, where they have none."""
        waiting = [root]
        while waiting:
            digest = waiting.pop()
            if digest in self.documents and digest not in depths:
                depths[digest] = depth
                waiting += [child["digest"] for child in self.documents[digest].get("manifests", [])]

    def _check_order(self, blobs: list[Listed]) -> None:
        def place(entry: Listed) -> tuple[int, str]:
            types = self._types[entry.digest]
            documents = types & (INDEXES | MANIFESTS)
            require(not documents or len(types) == 1, 6, f"{entry.path}: has the types {sorted(types)}")
            return 0 if documents else 2 if all(map(_LAYER.match, types)) else 1, entry.path

        places = [place(entry) for entry in blobs]
        for before, after in zip(places, places[1:]):
            require(before < after, 6, f"{after[1]}: stands out of order")


def _check_texts(s: Shape, item: dict[str, Any]) -> None:
    """Annotations, where there are any, are strings."""
    for name, value in s.object(item.get("annotations", {}), "annotations").items():
        s.text(value, f"annotation {name!r}")


def _annotations(s: Shape, value: Any, place: str) -> tuple[str, str]:
    kind = s.text(s.object(value, place).get(_KIND), f"{place}: {_KIND}")
    if kind not in _REF_NAMES:
        raise s.fault(place, f"has the kind {kind!r}")
    tag = {_TAG} if kind == "extra-image" else set()
    s.exactly(value, place, {_KIND, _REF_NAME} | tag, {_SOURCE})
    for name, text in value.items():
        s.text(text, f"{place}: {name}")
    if tag:
        s.text(value[_TAG], f"{place}: {_TAG}", _OCI_TAG)
    return kind, s.text(value[_REF_NAME], f"{place}: {_REF_NAME}", _REF_NAMES[kind])
