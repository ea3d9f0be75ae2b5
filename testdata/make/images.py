"""The eight service images as BuildKit writes them."""

from __future__ import annotations

from typing import Any

from . import documents, encoding, layout
from .encoding import Member, member
from .facts import (
    ARCHITECTURES,
    BASE_LAYER,
    CREATED_TEXT,
    DOCKER_TYPED_SERVICE,
    SERVICES,
    Layer,
    Release,
    Service,
)
from .layout import Descriptor, Layout

_IN_TOTO = "application/vnd.in-toto+json"
_PASSWD = b"root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n"
_GROUP = b"root:x:0:\nnonroot:x:65532:\n"


class ImageBuilder:
    """Builds the images of one release; layers that images share are made once."""

    def __init__(self, target: Layout, release: Release, tags: tuple[str, ...] | None = None) -> None:
        self._layout = target
        self._release = release
        self._tags = tags or (release.version, release.commit_tag)
        self._shared: dict[tuple[str, str], tuple[Descriptor, str]] = {}

    def build_all(self) -> dict[str, Descriptor]:
        """The index descriptor of each service, by the service's name."""
        built = {}
        for service in SERVICES:
            index = self._index(service)
            self._layout.name(index, service.image, *self._tags)
            built[service.name] = index
        return built

    def _index(self, service: Service) -> Descriptor:
        images, attestations = [], []
        for architecture in ARCHITECTURES:
            image = self._image(service, architecture)
            images.append({**image, "platform": {"architecture": architecture, "os": "linux"}})
            attestations.append(
                {
                    **self._attestation(service, architecture, image),
                    "annotations": {
                        "vnd.docker.reference.digest": image["digest"],
                        "vnd.docker.reference.type": "attestation-manifest",
                    },
                    "platform": {"architecture": "unknown", "os": "unknown"},
                }
            )
        index = {"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": images + attestations}
        return self._layout.add(encoding.pretty(index), layout.INDEX)

    def _image(self, service: Service, architecture: str) -> Descriptor:
        base, base_diff = self._once(BASE_LAYER, "base", architecture)
        if service.name == DOCKER_TYPED_SERVICE:
            base = {**base, "mediaType": layout.DOCKER_LAYER_GZIP}
        layers = [(base, base_diff), self._accounts()]
        layers += [self._layer(layer, service.name, architecture) for layer in service.layers]
        config = {
            "architecture": architecture,
            "config": {
                "User": "65532:65532",
                "ExposedPorts": {f"{service.port}/tcp": {}},
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                "Entrypoint": [f"/usr/local/bin/{service.name}"],
                "WorkingDir": "/",
                "Labels": {
                    "org.opencontainers.image.revision": self._release.commit,
                    "org.opencontainers.image.source": "https://github.com/cloudgrid-dev/cloudgrid",
                    "org.opencontainers.image.title": service.image,
                    "org.opencontainers.image.version": self._release.version,
                },
            },
            "created": CREATED_TEXT,
            "history": [
                {
                    "created": CREATED_TEXT,
                    "created_by": "COPY / / # buildkit",
                    "comment": "buildkit.dockerfile.v0",
                }
                for _ in layers
            ],
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [diff for _, diff in layers]},
        }
        return self._manifest(encoding.compact(config), [layer for layer, _ in layers])

    def _attestation(self, service: Service, architecture: str, image: Descriptor) -> Descriptor:
        """The manifest that BuildKit lays beside each platform: an SBOM and the provenance, both in-toto."""
        name = f"pkg:docker/{service.repository}@{self._release.version}?platform=linux%2F{architecture}"
        subject = documents.subject(image["digest"], name)
        sbom = documents.spdx(
            service.repository, self._release.version, name, layout.hex_of(image)
        )
        predicates: list[tuple[str, Any]] = [
            (documents.SPDX_PREDICATE, sbom),
            (documents.SLSA_PREDICATE, documents.build_provenance(self._release)),
        ]
        layers = []
        for kind, predicate in predicates:
            statement = documents.statement(documents.STATEMENT_V01, subject, kind, predicate)
            layer = self._layout.add(encoding.compact(statement), _IN_TOTO)
            layers.append({**layer, "annotations": {"in-toto.io/predicate-type": kind}})
        config = {
            "architecture": "unknown",
            "os": "unknown",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
        }
        return self._manifest(encoding.compact(config), layers)

    def _manifest(self, config: bytes, layers: list[Descriptor]) -> Descriptor:
        manifest = {
            "schemaVersion": 2,
            "mediaType": layout.MANIFEST,
            "config": self._layout.add(config, layout.IMAGE_CONFIG),
            "layers": layers,
        }
        return self._layout.add(encoding.pretty(manifest), layout.MANIFEST)

    def _once(self, layer: Layer, owner: str, architecture: str) -> tuple[Descriptor, str]:
        key = (owner, architecture)
        if key not in self._shared:
            self._shared[key] = self._layer(layer, owner, architecture)
        return self._shared[key]

    def _accounts(self) -> tuple[Descriptor, str]:
        """A layer of a few hundred bytes that every image of every architecture has."""
        key = ("accounts", "")
        if key not in self._shared:
            members = [member("etc/group", _GROUP), member("etc/passwd", _PASSWD)]
            self._shared[key] = self._layout.add_layer(members, 9)
        return self._shared[key]

    def _layer(self, layer: Layer, owner: str, architecture: str) -> tuple[Descriptor, str]:
        # What a release does not rebuild keeps its bytes across versions, so a second version shares layers
        # with the first as real releases do.
        version = self._release.version if layer.rebuilt else "any version"
        seed = f"{owner} {layer.path} {architecture} {version}"
        size = self._release.size_of(layer, architecture)
        content = encoding.noise(seed, size) if self._release.bulk else encoding.text_noise(seed, size)
        level = None if not layer.compressed else 0 if self._release.bulk else 9
        return self._layout.add_layer([Member(layer.path, size, content, 0o755)], level)
