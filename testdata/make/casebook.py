"""Single signatures, each with what a verifier has to say of it: `testdata/trust/blobs`."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from . import documents, encoding, instance, layout
from .evidence import Signatory, Signed
from .facts import CREATED, REGISTRY, Release
from .signing import ECKey

ARTIFACT = b"what somebody signed\n"
OTHER_ARTIFACT = b"what nobody signed\n"
# Stands for the index of an image: what is signed is its digest.
IMAGE = encoding.pretty({"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": []})
IMAGE_REPOSITORY = f"{REGISTRY}/cloudgrid-bff"
# When certificates of the cases begin. A log's or an authority's time is seconds later.
NOW = CREATED + timedelta(hours=1)
LOGGED = NOW + timedelta(seconds=2)
STAMPED = NOW + timedelta(seconds=1)
_COLUMNS = (
    "case",
    "artifact",
    "files",
    "root",
    "signer",
    "require",
    "predicate",
    "verdict",
    "reason",
    "about",
)


@dataclasses.dataclass(frozen=True)
class Case:
    """A signature in the folder of its name, how it is to be verified, and what comes out."""

    name: str
    about: str
    files: dict[str, bytes]
    artifact: str = "artifact.txt"
    # `workflow` is the identity of trust.json at the sample's version; otherwise the path of a public key.
    signer: str = "workflow"
    # Where it differs from tlog=1 sct=1 time=1.
    require: str = "-"
    predicate: str = "-"
    verdict: str = "verified"
    reason: str = "-"

    def row(self) -> str:
        root = (
            f"{self.name}/trusted_root.json" if "trusted_root.json" in self.files else "../trusted_root.json"
        )
        files = " ".join(sorted(name for name in self.files if name != "trusted_root.json"))
        values = (
            self.name,
            self.artifact,
            files,
            root,
            self.signer,
            self.require,
            self.predicate,
            self.verdict,
            self.reason,
            self.about,
        )
        return "\t".join(values) + "\n"


class Casebook:
    """Collects cases, and has at hand what most of them are made of."""

    def __init__(self, keys: Path) -> None:
        self.keys = keys
        self.sigstore = instance.Sigstore.of_keys(keys, "trust")
        self.stranger = instance.Sigstore.stranger(keys)
        self.identity = instance.release_identity(Release(), "tag")
        self.workflow = self.certified("workflow")
        self._cases: list[Case] = []

    def certified(self, seed: str, **how: Any) -> Signatory:
        """A key with the certificate of the release's workflow, or what else is asked for."""
        identity = how.pop("identity", self.identity)
        authority = how.pop("authority", self.sigstore.authority)
        at = how.pop("at", NOW)
        return authority.certify(identity, ECKey.of_seed(f"case {seed}"), at, **how)

    def message(self, signatory: Signatory | None = None, content: bytes = ARTIFACT) -> Signed:
        return Signed.message(signatory or self.workflow, content)

    def attestation(
        self,
        signatory: Signatory | None = None,
        predicate_type: str = documents.SLSA_PREDICATE,
        artifact: bytes = ARTIFACT,
        subjects: list[dict[str, Any]] | None = None,
    ) -> Signed:
        subject = documents.subject(encoding.sha256(artifact), "artifact.txt")
        predicate = documents.provenance(self.identity)
        statement = documents.statement(documents.STATEMENT_V1, subject, predicate_type, predicate)
        if subjects is not None:
            statement["subject"] = subjects
        return Signed.statement(signatory or self.workflow, statement)

    def logged(self, signed: Signed, **how: Any) -> Signed:
        return signed.logged(self.sigstore.log1, how.pop("at", LOGGED), **how)

    def stamped2(self, signed: Signed) -> Signed:
        """As Rekor v2 has it: a timestamp, and an entry without a time."""
        return signed.stamped(self.sigstore.clock, STAMPED).logged2(self.sigstore.log2)

    def add(self, name: str, about: str, files: Signed | dict[str, bytes], **rest: str) -> None:
        found = bundle_file(files.bundle()) if isinstance(files, Signed) else files
        self._cases.append(Case(name, about, found, **rest))

    def refuse(
        self, reason: str, name: str, about: str, files: Signed | dict[str, bytes], **rest: str
    ) -> None:
        self.add(name, about, files, reason=reason, verdict=rest.pop("verdict", "invalid"), **rest)

    def write(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "artifact.txt").write_bytes(ARTIFACT)
        (folder / "other-artifact.txt").write_bytes(OTHER_ARTIFACT)
        (folder / "image.json").write_bytes(IMAGE)
        table = "\t".join(_COLUMNS) + "\n"
        for case in self._cases:
            (folder / case.name).mkdir()
            for name, content in case.files.items():
                (folder / case.name / name).write_bytes(content)
            table += case.row()
        (folder / "cases.tsv").write_text(table)


def bundle_file(bundle: dict[str, Any]) -> dict[str, bytes]:
    return {"bundle.sigstore.json": encoding.document(bundle)}


def with_root(files: dict[str, bytes], root: dict[str, Any]) -> dict[str, bytes]:
    return {**files, "trusted_root.json": encoding.document(root)}


def image_layer(signed: Signed) -> dict[str, bytes]:
    """A layer of a signature or attestation tag, and the annotations of its descriptor."""
    content = encoding.compact(signed.envelope()) if signed.is_statement else signed.content
    name = "envelope.json" if signed.is_statement else "payload.json"
    return {name: content, "annotations.json": encoding.document(signed.annotations())}


def signature_file(signed: Signed) -> bytes:
    return base64.b64encode(signed.signature) + b"\n"


def digest_subject(name: str, algorithm: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "digest": {algorithm: hashlib.new(algorithm, content).hexdigest()}}
