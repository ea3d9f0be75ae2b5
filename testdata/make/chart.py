"""The Helm chart: the packed archive, and the same bytes as an OCI artifact."""

from __future__ import annotations

from pathlib import Path

from . import encoding, layout
from .facts import CREATED_TEXT, SERVICES, Release
from .layout import Descriptor, Layout

FILES = Path(__file__).parent / "files"
_CONFIG = "application/vnd.cncf.helm.config.v1+json"
_CONTENT = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_DESCRIPTION = "Services of the CloudGrid observability platform, with optional NATS and SurrealDB"


def filled(path: Path, release: Release) -> bytes:
    """A file of `files/` with the names in `@…@` replaced, or the vendor's; braces belong to Helm and shell there."""
    if release.upstream:
        vendors = release.upstream.joinpath(*path.relative_to(FILES).parts[1:])
        if vendors.is_file():
            return vendors.read_bytes()
    text = path.read_text(encoding="utf-8")
    text = text.replace("@CHART_VERSION@", release.chart_version).replace("@VERSION@", release.version)
    keys = " ".join(f'"{service.values_key}"' for service in SERVICES)
    return text.replace("@VALUES_KEYS@", keys).encode()


def archive(release: Release) -> bytes:
    """The `.tgz` as `helm package` lays it out: regular files only, `Chart.yaml` first."""
    root = FILES / "chart"
    contents = {
        str(path.relative_to(root)): filled(path, release) for path in root.rglob("*") if path.is_file()
    }
    first = ["Chart.yaml", "values.yaml"]
    order = first + sorted(contents.keys() - set(first))
    return encoding.tgz(encoding.member(f"cloudgrid/{name}", contents[name]) for name in order)


def add_to(target: Layout, release: Release, packed: bytes) -> Descriptor:
    """The chart as `helm push` writes it; helm's manifest has no `mediaType` member, nor has this one."""
    config = {
        "name": "cloudgrid",
        "version": release.chart_version,
        "description": _DESCRIPTION,
        "apiVersion": "v2",
        "appVersion": release.chart_version,
        "type": "application",
    }
    manifest = {
        "schemaVersion": 2,
        "config": target.add(encoding.compact(config), _CONFIG),
        "layers": [target.add(packed, _CONTENT)],
        "annotations": {
            "org.opencontainers.image.created": CREATED_TEXT,
            "org.opencontainers.image.description": _DESCRIPTION,
            "org.opencontainers.image.title": "cloudgrid",
            "org.opencontainers.image.version": release.chart_version,
        },
    }
    descriptor = target.add(encoding.compact(manifest), layout.MANIFEST)
    target.name(descriptor, "charts/cloudgrid", release.chart_version)
    return descriptor
