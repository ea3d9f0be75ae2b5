"""The golden bundle: a small release, signed by alice, whose every byte is committed."""

from __future__ import annotations

from pathlib import Path

from . import bundlewriter as writer
from .facts import CREATED_TEXT
from .tiny import RELEASE, TinyRelease

TOOL = {"name": "make-golden", "version": "1"}


def files(alice: Path) -> dict[str, bytes]:
    """The bundle and the two files beside it, by name."""
    release = TinyRelease()
    entries = writer.entries_of(release.index, release.blobs)
    statement = writer.canonical(
        writer.statement_of(
            entries,
            release.release_manifest,
            createdAt=CREATED_TEXT,
            tool=TOOL,
            version=RELEASE.version,
        )
    )
    signature = writer.Key(alice).signature_file(statement)
    return {
        "golden.tar": writer.tar_of(writer.front_entries(statement, [signature]) + entries),
        "golden.statement.json": statement,
        "golden.sigstore.json": signature,
    }
