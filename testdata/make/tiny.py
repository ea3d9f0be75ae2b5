"""A whole CloudGrid release of the real shape in 300 kB: what the golden bundle and the forged ones carry.

Every document passes through `alter(place, value)` before its bytes are fixed, so that a forger can change
one and all digests above it follow. Places are `<image> index`, `<image> <arch> manifest`,
`<image> <arch> config`, `<image> <arch> layers`, `signature manifest`, `referrer manifest`,
`chart manifest`, `chart config`, `chart content` (the packed bytes),
`release images` (what the release's files speak of), `release files`, `release manifest` and `index.json`.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from typing import Any

from . import bundlewriter as writer
from . import chart, documents, encoding, facts, tinyfiles
from .facts import ARCHITECTURES, CREATED_TEXT, REGISTRY, SERVICES, Service
from .tinyfiles import HELM_CHART, RELEASE

Descriptor = dict[str, Any]
Alter = Callable[[str, Any], Any]

GZIP_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_GZIP_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
BUNDLE = writer.SIGSTORE_TYPE
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
RELEASE_TYPE = "application/vnd.cgbundle.release.v1"
REF_NAME = "org.opencontainers.image.ref.name"
TITLE = "org.opencontainers.image.title"

SIGNED_IMAGE = "cloudgrid-bff"


def stored_gzip(data: bytes) -> bytes:
    """gzip with one stored block: the same bytes whatever zlib there is. For less than 64 KiB."""
    block = struct.pack("<BHH", 1, len(data), len(data) ^ 0xFFFF) + data
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + block + struct.pack("<II", zlib.crc32(data), len(data))


def tar(*members: encoding.Member) -> bytes:
    return b"".join(encoding.tar_stream(members))


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
        self._add_evidence(self.images[SIGNED_IMAGE])
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

    def _add_evidence(self, image: Descriptor) -> None:
        """A signature tag and a referrer. What they hold as signatures is noise."""
        name = image["digest"].removeprefix("sha256:")
        repository = f"{REGISTRY}/{SIGNED_IMAGE}"
        noise = base64.b64encode(b"".join(encoding.noise("signature", 64))).decode()
        payload = {
            "critical": {
                "identity": {"docker-reference": repository},
                "image": {"docker-manifest-digest": image["digest"]},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
        layer = self.blobs.put(encoding.compact(payload), SIMPLE_SIGNING)
        signature = {
            "schemaVersion": 2,
            "mediaType": writer.OCI_MANIFEST,
            "config": self.blobs.put(
                encoding.compact({"architecture": "", "os": "", "config": {}, "rootfs": {"type": "layers"}}),
                CONFIG,
            ),
            "layers": [{**layer, "annotations": {"dev.cosignproject.cosign/signature": noise}}],
        }
        tag = f"sha256-{name}.sig"
        target = self._put("signature manifest", signature, writer.OCI_MANIFEST, encoding.compact)
        self._list("signature", f"{SIGNED_IMAGE}/{tag}", target, f"{repository}:{tag}")

        subject = documents.subject(image["digest"], repository)
        statement = documents.statement(documents.STATEMENT_V1, subject, documents.SLSA_PREDICATE, {})
        envelope = {
            "payload": base64.b64encode(encoding.compact(statement)).decode(),
            "payloadType": IN_TOTO,
            "signatures": [{"sig": noise}],
        }
        bundle = {
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": ""}},
            "dsseEnvelope": envelope,
        }
        referrer = {
            "schemaVersion": 2,
            "mediaType": writer.OCI_MANIFEST,
            "artifactType": BUNDLE,
            "config": self.blobs.put(b"{}", EMPTY),
            "layers": [self.blobs.put(encoding.compact(bundle), BUNDLE)],
            "subject": image,
        }
        target = self._put("referrer manifest", referrer, writer.OCI_MANIFEST, encoding.compact)
        own = target["digest"].removeprefix("sha256:")
        source = f"{repository}@{target['digest']}"
        self._list("referrer", f"{SIGNED_IMAGE}/referrers/sha256-{own}", target, source)

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
