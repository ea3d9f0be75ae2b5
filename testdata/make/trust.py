"""What a verifier needs to trust the sample, or a real release, and single signatures of every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import accepted, encoding, lookup, refused
from .casebook import Casebook
from .facts import REGISTRY
from .fulcio import ISSUER

_REPOSITORY = "https://github.com/cloudgrid-dev/cloudgrid"


def write(folder: Path, keys: Path) -> None:
    book = Casebook(keys)
    accepted.add(book)
    refused.add(book)
    book.write(folder / "blobs")
    checksums = (keys.parent / "sample" / "release" / "checksums.txt").read_bytes()
    lookup.write(folder / "rekor", keys, checksums.splitlines(keepends=True)[0], checksums)
    root = encoding.document(book.sigstore.trusted_root())
    (folder / "trusted_root.json").write_bytes(root)
    ours = {"name": "test-data", "file": "trusted_root.json", "sha256": encoding.sha256(root)}
    (folder / "trust.json").write_bytes(encoding.document(_trust_file(ours)))
    # The public root changes when its keys do: whoever fetches it pins what was fetched.
    public = {"name": "public-good", "file": "sigstore-public-good.json"}
    (folder / "cloudgrid-release.json").write_bytes(encoding.document(_trust_file(public)))


def _workflow(root: str, ref: str) -> dict[str, str]:
    """The release workflow at one ref, for the commit of the release that is judged."""
    return {
        "root": root,
        "certificate-oidc-issuer": ISSUER,
        "certificate-identity": f"{_REPOSITORY}/.github/workflows/release.yml@{ref}",
        "source-repository": _REPOSITORY,
        "source-digest": "{commit}",
        "source-ref": ref,
        "runner-environment": "github-hosted",
    }


def _trust_file(root: dict[str, str]) -> dict[str, Any]:
    """Every image signed by the release workflow, at `main` or at the tag; the signature of the checksums optional."""
    workflow = [_workflow(root["name"], ref) for ref in ("refs/heads/main", "refs/tags/{version}")]
    return {
        "version": 1,
        "roots": [{**root, "require": {"tlog": 1, "sct": 1, "time": 1}}],
        "policies": [
            {"match": {"images": [f"{REGISTRY}/*"]}, "any-of": workflow},
            {"match": {"files": ["checksums.txt"]}, "any-of": workflow, "on-missing": "warn"},
        ],
    }
