"""An OCI image layout folder (OCI image-spec 1.1.1, image-layout.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from . import encoding

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
LAYER_TAR = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
REF_NAME = "org.opencontainers.image.ref.name"

Descriptor = dict[str, Any]


def hex_of(descriptor: Descriptor) -> str:
    return descriptor["digest"].removeprefix("sha256:")


class Layout:
    """Writes blobs under their digests, and the index that names the top of each graph."""

    def __init__(self, root: Path) -> None:
        self._blobs = root / "blobs" / "sha256"
        self._blobs.mkdir(parents=True)
        self._root = root
        self._named: list[Descriptor] = []
        self._unnamed: list[Descriptor] = []

    def add(self, content: bytes, media_type: str) -> Descriptor:
        return self.add_stream([content], media_type)

    def add_stream(self, chunks: Iterable[bytes], media_type: str) -> Descriptor:
        hasher, size = hashlib.sha256(), 0
        partial = self._blobs / "partial"
        with partial.open("wb") as file:
            for chunk in chunks:
                hasher.update(chunk)
                size += file.write(chunk)
        partial.rename(self._blobs / hasher.hexdigest())
        return {"mediaType": media_type, "digest": f"sha256:{hasher.hexdigest()}", "size": size}

    def add_layer(
        self, members: Iterable[encoding.Member], gzip_level: int | None
    ) -> tuple[Descriptor, str]:
        """A layer and its diff_id (the digest of the tar); without a gzip level the tar stays a tar."""
        hasher = hashlib.sha256()

        def tar() -> Iterator[bytes]:
            for chunk in encoding.tar_stream(members):
                hasher.update(chunk)
                yield chunk

        if gzip_level is None:
            descriptor = self.add_stream(tar(), LAYER_TAR)
        else:
            descriptor = self.add_stream(encoding.gzip_stream(tar(), gzip_level), LAYER_GZIP)
        return descriptor, f"sha256:{hasher.hexdigest()}"

    def name(self, descriptor: Descriptor, repository: str, *tags: str) -> None:
        """Lists a manifest in `index.json`, once per tag, below the vendor's prefix."""
        for tag in tags:
            self._named.append({**descriptor, "annotations": {REF_NAME: f"{repository}:{tag}"}})

    def list_referrer(self, descriptor: Descriptor) -> None:
        """Lists a manifest without a name: it is found by its `subject`."""
        self._unnamed.append(descriptor)

    def finish(self) -> None:
        self._named.sort(key=lambda item: item["annotations"][REF_NAME])
        self._unnamed.sort(key=lambda item: item["digest"])
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self._named + self._unnamed}
        (self._root / "index.json").write_bytes(encoding.document(index))
        (self._root / "oci-layout").write_bytes(encoding.compact({"imageLayoutVersion": "1.0.0"}))


class LayoutReader:
    """Reads a layout back, for pushing."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.listed: list[Descriptor] = json.loads((root / "index.json").read_bytes())["manifests"]

    def path(self, digest: str) -> Path:
        algorithm, _, encoded = digest.partition(":")
        return self._root / "blobs" / algorithm / encoded

    def document(self, descriptor: Descriptor) -> dict[str, Any]:
        return json.loads(self.path(descriptor["digest"]).read_bytes())
