"""What a CloudGrid release is made of: names, versions, services, platforms, and how large each layer is."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime, timezone
from pathlib import Path

REGISTRY = "ghcr.io/cloudgrid-dev"
ARCHITECTURES = ("amd64", "arm64")
BINARY_TARGETS = (
    ("linux", "amd64"),
    ("linux", "arm64"),
    ("darwin", "amd64"),
    ("darwin", "arm64"),
    ("windows", "amd64"),
)

# One instant for every file, layer, archive and document, so that two runs give the same bytes.
CREATED = datetime(2026, 11, 2, 10, 0, 0, tzinfo=timezone.utc)
CREATED_TEXT = CREATED.strftime("%Y-%m-%dT%H:%M:%SZ")
CREATED_EPOCH = int(CREATED.timestamp())


@dataclasses.dataclass(frozen=True)
class Layer:
    """One layer of an image: the path it fills, and its share of the whole size in thousandths."""

    path: str
    share: int
    compressed: bool = True
    rebuilt: bool = True


@dataclasses.dataclass(frozen=True)
class Service:
    """One of the eight service images."""

    name: str
    values_key: str
    port: int
    layers: tuple[Layer, ...]
    has_binaries: bool = True

    @property
    def image(self) -> str:
        return f"cloudgrid-{self.name}"

    @property
    def repository(self) -> str:
        return f"{REGISTRY}/{self.image}"


def _go_service(name: str, values_key: str, port: int, share: int) -> Service:
    return Service(name, values_key, port, (Layer(f"usr/local/bin/{name}", share),))


# The shares of one architecture add up to about half of 1000, and they are skewed on purpose: a few large
# layers beside many small ones is what real images look like and what makes parallel transfers hard.
BASE_LAYER = Layer("usr/lib/base.dat", 32, rebuilt=False)
SERVICES = (
    Service(
        "bff",
        "bff",
        3000,
        (
            Layer("app/node_modules.dat", 110, rebuilt=False),
            # One uncompressed layer, because a reader must not expect gzip everywhere.
            Layer("app/dist.dat", 40, compressed=False),
        ),
        has_binaries=False,
    ),
    _go_service("otlp-collector", "otlpCollector", 4318, 48),
    _go_service("storage-read", "storageRead", 8081, 56),
    _go_service("storage-write", "storageWrite", 8082, 62),
    _go_service("control-plane", "controlPlane", 8084, 32),
    Service(
        "ai-eval-runner",
        "aiEvalRunner",
        8085,
        (
            Layer("opt/models.dat", 96, rebuilt=False),
            Layer("usr/local/bin/ai-eval-runner", 12),
        ),
    ),
    _go_service("alert-evaluator", "alertEvaluator", 8086, 8),
    _go_service("storage-maintenance", "storageMaintenance", 8087, 14),
)

# The image that names the shared base blob by Docker's media type: one blob, two media types.
DOCKER_TYPED_SERVICE = "storage-maintenance"
# The image that has an attestation under cosign's older `.att` tag as well.
ATT_TAG_SERVICE = "bff"
# The image whose provenance referrer is itself signed: a referrer of a referrer.
SIGNED_PROVENANCE_SERVICE = "control-plane"
# The images whose cosign 3 signature is in the log of Rekor v2, with a timestamp; the others' is in Rekor v1.
REKOR2_SERVICES = ("storage-read", "ai-eval-runner")
# The image whose cosign 2 signature has a timestamp beside the log entry.
TIMESTAMPED_TAG_SERVICE = "storage-write"


@dataclasses.dataclass(frozen=True)
class Release:
    """One version, and how large its layers are.

    `bulk` layers hold incompressible bytes and are stored in gzip without compression, which is fast to make
    and moves as many bytes as asked for; otherwise they hold text that compresses like real content.
    `upstream` is a folder with data files of the vendor, which take the place of those in `files/`.
    """

    version: str = "v1.0.0-beta"
    layer_bytes: int = 2_500_000
    bulk: bool = False
    # Another version whose commit this one names, as a relabelled release does.
    commit_of: str | None = None
    upstream: Path | None = None

    @property
    def chart_version(self) -> str:
        return self.version.removeprefix("v")

    @property
    def commit(self) -> str:
        version = self.commit_of or self.version
        if version == "v1.0.0-beta":
            return "0123456789abcdef0123456789abcdef01234567"
        return hashlib.sha1(version.encode()).hexdigest()

    @property
    def commit_tag(self) -> str:
        return f"sha-{self.commit[:12]}"

    def size_of(self, layer: Layer, architecture: str) -> int:
        # The two builds of a program are never of one size, and equal sizes would hide a mix-up in tests.
        percent = 100 if architecture == "amd64" else 95
        return self.layer_bytes * layer.share * percent // 100_000


def manifest_sections() -> dict[str, dict[str, str]]:
    """What a release manifest says besides its images; `path` names folders of the workflow. A new copy each time."""
    return {
        "chart": {
            "path": "artifacts/chart",
            "sbom": "cloudgrid-chart.spdx.json",
            "releaseValues": "release-values.yaml",
        },
        "compose": {
            "path": "artifacts/compose",
            "file": "cloudgrid.compose.yaml",
            "envExample": "cloudgrid.env.example",
        },
        "binaries": {"path": "artifacts/binaries", "checksums": "checksums.txt"},
    }
