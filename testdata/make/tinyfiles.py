"""The files of the tiny release, as they would lie flat on its download page."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from . import documents, encoding, facts
from .facts import BINARY_TARGETS, REGISTRY, SERVICES, Release, Service, manifest_sections

Images = dict[str, dict[str, Any]]

RELEASE = Release()
HELM_CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

_FILE_TYPES = (
    (".spdx.json", "application/spdx+json"),
    (".sarif", "application/sarif+json"),
    (".json", "application/json"),
    (".yaml", "application/yaml"),
    (".yml", "application/yaml"),
    (".tgz", HELM_CHART),
    (".zip", "application/zip"),
    (".sh", "application/x-sh"),
    (".txt", "text/plain"),
    (".pem", "application/x-pem-file"),
)


def media_type_of(name: str) -> str:
    return next((kind for suffix, kind in _FILE_TYPES if name.endswith(suffix)), "application/octet-stream")


def files(images: Images, chart: bytes) -> dict[str, bytes]:
    """All files of the release by name, made for images of these descriptors."""
    found = {
        f"cloudgrid-{RELEASE.chart_version}.tgz": chart,
        "release-manifest.json": encoding.document(_manifest(images)),
        "release-values.yaml": _values(images).encode(),
        "cloudgrid.compose.yaml": _compose(images).encode(),
        "cloudgrid.env.example": f"CLOUDGRID_REGISTRY={REGISTRY}\n".encode(),
    }
    found["checksums.txt"] = _checksums("artifacts", found)
    packed = encoding.sha256(chart)
    sbom = documents.spdx("cloudgrid", RELEASE.chart_version, None, packed)
    found["cloudgrid-chart.spdx.json"] = encoding.compact(sbom)
    for service in SERVICES:
        digest = images[service.image]["digest"]
        sbom, scan = documents.image_spdx(service, RELEASE, digest), documents.sarif(service, digest, 0)
        found[f"{service.image}.spdx.json"] = encoding.compact(sbom)
        found[f"{service.image}.grype.sarif"] = encoding.compact(scan)
    zips = {
        f"{service.name}_{RELEASE.version}_{system}_{arch}.zip": _zip(service, system, arch)
        for service in SERVICES
        if service.has_binaries
        for system, arch in BINARY_TARGETS
    }
    return {**found, **zips, "binaries-checksums.txt": _checksums("artifacts/binaries", zips)}


def _manifest(images: Images) -> dict[str, Any]:
    return {
        "version": RELEASE.version,
        "commit": RELEASE.commit,
        "images": [
            {
                "image": service.repository,
                "versionTag": RELEASE.version,
                "commitTag": RELEASE.commit_tag,
                "digest": images[service.image]["digest"],
                "sbom": f"{service.image}.spdx.json",
                "scan": f"{service.image}.grype.sarif",
            }
            for service in SERVICES
        ],
        **manifest_sections(),
    }


def _values(images: Images) -> str:
    blocks = [
        f"{s.values_key}:\n  image:\n    repository: {s.image}\n    digest: {images[s.image]['digest']}\n"
        for s in SERVICES
    ]
    return f"global:\n  imageRegistry: {REGISTRY}\n" + "".join(blocks)


def _compose(images: Images) -> str:
    blocks = [f"  {s.name}:\n    image: {s.repository}@{images[s.image]['digest']}\n" for s in SERVICES]
    return "services:\n" + "".join(blocks)


def _checksums(folder: str, files: dict[str, bytes]) -> bytes:
    listed = (f"{encoding.sha256(content)}  {folder}/{name}\n" for name, content in files.items())
    return "".join(listed).encode()


def _zip(service: Service, system: str, arch: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (service.name, "README.txt"):
            info = zipfile.ZipInfo(name, facts.CREATED.timetuple()[:6])
            # zipfile takes the system from the machine it runs on, so it is named here.
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, f"{service.name} {system} {arch}\n")
    return buffer.getvalue()
