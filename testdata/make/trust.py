"""What a verifier needs to trust the sample, and single signatures of every form."""

from __future__ import annotations

from pathlib import Path

from . import encoding, instance


def write(folder: Path, keys: Path) -> None:
    sigstore = instance.Sigstore(keys / "sigstore", "trust")
    (folder / "trusted_root.json").write_bytes(encoding.document(sigstore.trusted_root()))
