"""What a log like Rekor v1 answers when it is asked for the sample's checksum signature: `testdata/trust/rekor`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from . import encoding, instance, merkle, rekor
from .evidence import Signatory, Signed
from .facts import CREATED, Release
from .signing import ECKey


def write(folder: Path, keys: Path, signed_part: bytes, everything: bytes) -> None:
    """An index by digest, and the entries that it names.

    The beginning of the list that was signed has the vendor's entry and, before it, one of somebody else who signed the same
    bytes; the whole list has one of somebody else only.
    """
    release = Release()
    sigstore = instance.Sigstore.of_keys(keys, "lookup")
    at = CREATED
    # The key of the bare signature; its certificate went into the log and nowhere else.
    key = ECKey.of_seed(f"checksums.txt {release.version}")
    vendor = sigstore.authority.certify(instance.release_identity(release), key, at)
    impostor = instance.impostors(release)["other-repository"]
    stranger = sigstore.authority.certify(impostor, ECKey.of_seed("lookup stranger"), at)
    index: dict[str, list[str]] = {}
    (folder / "entries").mkdir(parents=True)
    for signatory, content in ((stranger, signed_part), (vendor, signed_part), (stranger, everything)):
        entry = _logged(sigstore, signatory, content).entry
        name = merkle.leaf_hash(entry.body).hex()
        index.setdefault(f"sha256:{hashlib.sha256(content).hexdigest()}", []).append(name)
        (folder / "entries" / f"{name}.json").write_bytes(encoding.document({name: _answer(entry)}))
    (folder / "index.json").write_bytes(encoding.document(index))


def _logged(sigstore: instance.Sigstore, signatory: Signatory, content: bytes) -> Signed:
    return Signed.message(signatory, content).logged(sigstore.log1, CREATED)


def _answer(entry: rekor.Entry) -> dict[str, Any]:
    """A LogEntry (sigstore/rekor, openapi.yaml)."""
    assert entry.promise is not None
    return {
        **entry.set_payload(),
        "verification": {
            "inclusionProof": {
                "checkpoint": entry.checkpoint,
                "hashes": [node.hex() for node in entry.path],
                "logIndex": entry.index,
                "rootHash": entry.root.hex(),
                "treeSize": entry.size,
            },
            "signedEntryTimestamp": rekor.base64_text(entry.promise),
        },
    }
