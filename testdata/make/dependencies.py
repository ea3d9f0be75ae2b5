"""Small images under the names of NATS and SurrealDB, as the chart and the compose file of a release name them."""

from __future__ import annotations

from . import encoding, layout
from .encoding import member
from .facts import ARCHITECTURES, CREATED_TEXT
from .layout import Descriptor, Layout

# Repository below Docker Hub, tag, command.
DEPENDENCIES = (
    ("library/nats", "2.14.0", "nats-server"),
    ("surrealdb/surrealdb", "v3.1.0", "surreal"),
)


def add_to(target: Layout) -> None:
    """Writes one index of two platforms for each dependency."""
    for repository, tag, command in DEPENDENCIES:
        manifests = [
            {
                **_manifest(target, repository, command, architecture),
                "platform": {"architecture": architecture, "os": "linux"},
            }
            for architecture in ARCHITECTURES
        ]
        index = {"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": manifests}
        target.name(target.add(encoding.pretty(index), layout.INDEX), repository, tag)


def _manifest(target: Layout, repository: str, command: str, architecture: str) -> Descriptor:
    program = f"{repository} for {architecture}: a file of the test data, not a program\n".encode()
    layer, diff_id = target.add_layer([member(command, program)], 9)
    config = {
        "architecture": architecture,
        "config": {"Entrypoint": [f"/{command}"]},
        "created": CREATED_TEXT,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": layout.MANIFEST,
        "config": target.add(encoding.compact(config), layout.IMAGE_CONFIG),
        "layers": [layer],
    }
    return target.add(encoding.pretty(manifest), layout.MANIFEST)
