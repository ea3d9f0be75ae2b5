"""A whole CloudGrid release of the real shape in 300 kB: what the golden bundle and the forged ones carry.

Every document passes through `alter(place, value)` before its bytes are fixed, so that a forger can change
one and all digests above it follow. Places are `<image> index`, `<image> <arch> manifest`,
`<image> <arch> config`, `<image> <arch> layers`, `<image> signature` and `<image> provenance` (an
`evidence.Signed`), `signature manifest`, `referrer manifest` (of cloudgrid-bff),
`chart manifest`, `chart config`, `chart content` (the packed bytes),
`release images` (what the release's files speak of), `release files`, `release manifest` and `index.json`.
"""

from __future__ import annotations

import functools
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import bundlewriter as writer
from . import chart, documents, encoding, evidence, facts, instance, signatures, tinyfiles
from .facts import ARCHITECTURES, CREATED_TEXT, REGISTRY, SERVICES, Service
from .tinyfiles import HELM_CHART, RELEASE

Descriptor = dict[str, Any]
Alter = Callable[[str, Any], Any]

GZIP_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_GZIP_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
RELEASE_TYPE = "application/vnd.cgbundle.release.v1"
REF_NAME = "org.opencontainers.image.ref.name"
TITLE = "org.opencontainers.image.title"

KEYS = Path(__file__).resolve().parent.parent / "keys"
# The image with a signature tag; the others are signed by a bundle.
SIGNED_IMAGE = "cloudgrid-bff"


def stored_gzip(data: bytes) -> bytes:
    """gzip with one stored block: the same bytes whatever zlib there is. For less than 64 KiB."""
    block = struct.pack("<BHH", 1, len(data), len(data) ^ 0xFFFF) + data
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + block + struct.pack("<II", zlib.crc32(data), len(data))


def tar(*members: encoding.Member) -> bytes:
    return b"".join(encoding.tar_stream(members))


@functools.cache
def _run() -> instance.Run:
    return instance.release_run(instance.Sigstore.of_keys(KEYS, "tiny"), RELEASE, start="tag")


@functools.cache
def _signed(content: bytes, is_statement: bool) -> evidence.Signed:
    """Signed once, however many releases are made of it: a forger makes hundreds."""
    return _run().statement(json.loads(content)) if is_statement else _run().message(content)


class TinyRelease:
    """The blobs, `index.json` and the descriptor of `release-manifest.json`."""

    def __init__(self, alter: Alter = lambda place, value: value) -> None:
        self.blobs = writer.Blobs()
        self.images: dict[str, Descriptor] = {}
        self.layers: dict[tuple[str, str], list[Descriptor]] = {}
        self.manifests: dict[tuple[str, str], Descriptor] = {}
        self._alter = alter
        self._listed: list[Descriptor] = []
        for service in SERVICES:
            self._add_image(service)
        for service in SERVICES:
            self._add_evidence(service)
        self.chart = self._add_chart()
        self._add_release()
        listed = sorted(self._listed, key=lambda d: d["annotations"][REF_NAME].encode())
        index = {"manifests": listed, "mediaType": writer.OCI_INDEX, "schemaVersion": 2}
        self.index = self._bytes("index.json", index, writer.canonical)

    def _bytes(self, place: str, value: Any, encode: Callable[[Any], bytes]) -> bytes:
        altered = self._alter(place, value)
        return altered if isinstance(altered, bytes) else encode(altered)

    def _put(self, place: str, value: Any, media_type: str, encode: Callable = encoding.pretty) -> Descriptor:
        return self.blobs.put(self._bytes(place, value, encode), media_type)

    def _list(self, kind: str, ref_name: str, target: Descriptor, source: str) -> None:
        annotations = {
            "dev.cgbundle.kind": kind,
            REF_NAME: ref_name,
            "io.containerd.image.name": source,
        }
        self._listed.append({**target, "annotations": annotations})

    def _add_image(self, service: Service) -> None:
        platforms, attestations = [], []
        for arch in ARCHITECTURES:
            image = self._add_platform(service, arch)
            self.manifests[service.image, arch] = image
            platforms.append({**image, "platform": {"architecture": arch, "os": "linux"}})
            attestations.append(self._add_attestation(service, arch, image))
        index = {"schemaVersion": 2, "mediaType": writer.OCI_INDEX, "manifests": platforms + attestations}
        self.images[service.image] = self._put(f"{service.image} index", index, writer.OCI_INDEX)
        source = f"{service.repository}:{RELEASE.version}"
        self._list("image", service.image, self.images[service.image], source)

    def _add_platform(self, service: Service, arch: str) -> Descriptor:
        archives = [
            tar(encoding.member("etc/base", f"base {arch}\n".encode())),
            tar(encoding.member(f"usr/bin/{service.name}", f"{service.name} {arch}\n".encode(), 0o755)),
        ]
        # One blob with two media types, and one layer without gzip: images in the wild have both.
        docker_typed = service.name == facts.DOCKER_TYPED_SERVICE
        layers = [self.blobs.put(stored_gzip(archives[0]), DOCKER_GZIP_LAYER if docker_typed else GZIP_LAYER)]
        if service.name == "bff":
            layers.append(self.blobs.put(archives[1], "application/vnd.oci.image.layer.v1.tar"))
        else:
            layers.append(self.blobs.put(stored_gzip(archives[1]), GZIP_LAYER))
        layers = self._alter(f"{service.image} {arch} layers", layers)
        self.layers[service.image, arch] = layers
        config = {
            "architecture": arch,
            "os": "linux",
            "created": CREATED_TEXT,
            "config": {"Entrypoint": [f"/usr/bin/{service.name}"]},
            "rootfs": {"type": "layers", "diff_ids": [writer.digest(archive) for archive in archives]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": writer.OCI_MANIFEST,
            "config": self._put(f"{service.image} {arch} config", config, CONFIG, encoding.compact),
            "layers": layers,
        }
        return self._put(f"{service.image} {arch} manifest", manifest, writer.OCI_MANIFEST)

    def _add_attestation(self, service: Service, arch: str, image: Descriptor) -> Descriptor:
        subject = documents.subject(image["digest"], service.repository)
        statement = documents.statement(documents.STATEMENT_V01, subject, documents.SLSA_PREDICATE, {})
        archive = encoding.compact(statement)
        config = {
            "architecture": "unknown",
            "os": "unknown",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [writer.digest(archive)]},
        }
        layer = self.blobs.put(archive, IN_TOTO)
        manifest = {
            "schemaVersion": 2,
            "mediaType": writer.OCI_MANIFEST,
            "config": self.blobs.put(encoding.compact(config), CONFIG),
            "layers": [{**layer, "annotations": {"in-toto.io/predicate-type": documents.SLSA_PREDICATE}}],
        }
        annotations = {
            "vnd.docker.reference.digest": image["digest"],
            "vnd.docker.reference.type": "attestation-manifest",
        }
        return {
            **self.blobs.put(encoding.pretty(manifest), writer.OCI_MANIFEST),
            "annotations": annotations,
            "platform": {"architecture": "unknown", "os": "unknown"},
        }

    def _add_evidence(self, service: Service) -> None:
        """The release workflow's signature of an image: a cosign 2 tag and provenance for one, a bundle else."""
        image = self.images[service.image]
        if service.image == SIGNED_IMAGE:
            self._add_signature_tag(service, image)
            statement = signatures.provenance_statement(_run().identity, service.repository, image["digest"])
            place, kind = "provenance", documents.SLSA_PREDICATE
        else:
            statement = signatures.signature_statement(image["digest"])
            place, kind = "signature", documents.SIGN_PREDICATE
        signed = self._alter(f"{service.image} {place}", _signed(encoding.compact(statement), True))
        manifest = signatures.bundle_manifest(self.blobs.put, image, kind, signed)
        place = "referrer manifest" if service.image == SIGNED_IMAGE else f"{service.image} referrer manifest"
        target = self._put(place, manifest, writer.OCI_MANIFEST, encoding.compact)
        own = target["digest"].removeprefix("sha256:")
        source = f"{service.repository}@{target['digest']}"
        self._list("referrer", f"{service.image}/referrers/sha256-{own}", target, source)

    def _add_signature_tag(self, service: Service, image: Descriptor) -> None:
        payload = signatures.simple_signing_payload(service.repository, image["digest"])
        signed = self._alter(f"{service.image} signature", _signed(payload, False))
        layer = self.blobs.put(signed.content, signatures.SIMPLE_SIGNING)
        annotations = signed.annotations(_run().sigstore.authority.chain)
        manifest = signatures.tag_manifest(self.blobs.put, layer, annotations)
        tag = f"sha256-{image['digest'].removeprefix('sha256:')}.sig"
        target = self._put("signature manifest", manifest, writer.OCI_MANIFEST, encoding.compact)
        self._list("signature", f"{service.image}/{tag}", target, f"{service.repository}:{tag}")

    def _add_chart(self) -> bytes:
        root = chart.FILES / "chart"
        paths = ["Chart.yaml", *(f"profiles/{name}.yaml" for name in ("enterprise", "local", "small"))]
        members = [encoding.member(f"cloudgrid/{p}", chart.filled(root / p, RELEASE)) for p in paths]
        members.append(
            encoding.member("cloudgrid/values.yaml", f"global:\n  imageRegistry: {REGISTRY}\n".encode())
        )
        packed = self._alter("chart content", stored_gzip(tar(*members)))
        config = {
            "name": "cloudgrid",
            "version": RELEASE.chart_version,
            "apiVersion": "v2",
            "type": "application",
        }
        # helm's manifest has no `mediaType` member, nor has this one.
        manifest = {
            "schemaVersion": 2,
            "config": self._put("chart config", config, HELM_CONFIG, encoding.compact),
            "layers": [self.blobs.put(packed, HELM_CHART)],
        }
        target = self._put("chart manifest", manifest, writer.OCI_MANIFEST, encoding.compact)
        self._list(
            "chart", "charts/cloudgrid", target, f"{REGISTRY}/charts/cloudgrid:{RELEASE.chart_version}"
        )
        return packed

    def _add_release(self) -> None:
        images = self._alter("release images", self.images)
        files = self._alter("release files", tinyfiles.files(images, self.chart))
        layers = []
        for name in sorted(files, key=str.encode):
            layer = self.blobs.put(files[name], tinyfiles.media_type_of(name))
            layers.append({**layer, "annotations": {TITLE: name}})
            if name == "release-manifest.json":
                self.release_manifest = layer
        manifest = {
            "annotations": {"org.opencontainers.image.version": RELEASE.version},
            "artifactType": RELEASE_TYPE,
            "config": self.blobs.put(b"{}", EMPTY),
            "layers": layers,
            "mediaType": writer.OCI_MANIFEST,
            "schemaVersion": 2,
        }
        target = self._put("release manifest", manifest, writer.OCI_MANIFEST, writer.canonical)
        self._list(
            "release", "releases/cloudgrid", target, f"{REGISTRY}/releases/cloudgrid:{RELEASE.version}"
        )
