#!/usr/bin/env python3
"""Asks the `sigstore` package of PyPI what it says of the private Sigstore's signatures.

Usage: sigstore_voice.py, with the Python of an environment that has the package (see scripts/second-voice).

It must accept what our own verifier has to accept, and refuse what it has to refuse: the cases of
testdata/trust/blobs, mutants of those that it accepts, and the referrers of the images. What it
cannot read, or sees otherwise, is listed here with the reason; a case that it has come to read is told too.
"""

from __future__ import annotations

import base64
import copy
import csv
import hashlib
import json
import logging
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sigstore.errors import VerificationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
BLOBS = TESTDATA / "trust" / "blobs"
REPOSITORY = "https://github.com/cloudgrid-dev/cloudgrid"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
# The single signatures and the golden bundle are of a run at the tag, the sample is of one at main.
TAG, MAIN = "refs/tags/v1.0.0-beta", "refs/heads/main"


def workflow(ref: str) -> policy.VerificationPolicy:
    return policy.AllOf(
        [
            policy.Identity(
                identity=f"{REPOSITORY}/.github/workflows/release.yml@{ref}",
                issuer="https://token.actions.githubusercontent.com",
            ),
            policy.OIDCSourceRepositoryURI(REPOSITORY),
            policy.OIDCSourceRepositoryDigest(COMMIT),
            policy.OIDCSourceRepositoryRef(ref),
            policy.OIDCRunnerEnvironment("github-hosted"),
        ]
    )


# Good signatures that it does not read, or refuses.
UNREAD = {
    "bundle-v0.1-promise-only": "wants a proof of inclusion in every version",
    "attestation-intoto": "knows no entry of kind intoto",
    "two-logs": "reads one log entry",
    "timestamp-authority-ended-then": "takes the last second of an authority's window for outside",
}
_WINDOWS = "does not ask whether a log or an authority was still in its window"
# Bad ones that it accepts.
UNSEEN = {
    "certificate-two-names": "is content with one name of several",
    "root-brought-along": "warns of a root in the chain, and uses its own",
    "sct-after-log-ended": _WINDOWS,
    "authority-window-ended": _WINDOWS,
    "log-window-ended": _WINDOWS,
    "checkpoint-other-size": "compares the checkpoint's root and not its size",
    "bundle-member-twice": "takes the last of two members",
}
# Changes to a good bundle that it does not see, by what is changed.
UNSEEN_MUTANTS = {
    "size": "an unsigned repeat of the checkpoint's size, which it computes with where the path allows",
    "rekor2 index": "an unsigned repeat of the proof's index",
    "rekor2 log id": "finds the log by the first four bytes of its id",
}


class Voice:
    """Collects what differs from what was expected."""

    def __init__(self) -> None:
        self.asked, self.complaints = 0, []
        self._verifiers: dict[Path, Verifier] = {}

    def verifier(self, root: Path) -> Verifier:
        if root not in self._verifiers:
            self._verifiers[root] = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
        return self._verifiers[root]

    def accepts(
        self, document: bytes, artifact: bytes, root: Path, predicate: str, ref: str = TAG
    ) -> str | None:
        """None if it does, otherwise why not."""
        try:
            bundle = Bundle.from_json(document)
            if predicate == "-":
                self.verifier(root).verify_artifact(artifact, bundle, workflow(ref))
            else:
                _, payload = self.verifier(root).verify_dsse(bundle, workflow(ref))
                _require_statement(json.loads(payload), artifact, predicate)
        except Exception as refusal:  # it refuses with whatever comes to hand
            return f"{type(refusal).__name__}: {refusal}"
        return None

    def expect(self, name: str, accepted: bool, answer: str | None) -> None:
        self.asked += 1
        if accepted and answer is not None:
            self.complaints.append(f"{name}: is refused: {answer}")
        if not accepted and answer is None:
            self.complaints.append(f"{name}: is accepted")


def _require_statement(statement: dict[str, Any], artifact: bytes, predicate: str) -> None:
    """The package leaves the payload to its caller, as it says."""
    if statement["predicateType"] != predicate:
        raise VerificationError("another predicate type")
    digests = [
        hashlib.new(algorithm, artifact).hexdigest() == value
        for subject in statement["subject"]
        for algorithm, value in subject["digest"].items()
    ]
    if not any(digests):
        raise VerificationError("no such subject")


def flipped(text: str) -> str:
    """The same base64 with another last byte."""
    data = base64.b64decode(text)
    return base64.b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()


def mutants(document: bytes) -> Iterator[tuple[str, bytes]]:
    """The bundle with one thing changed, each in its turn."""
    original = json.loads(document)
    entry = original["verificationMaterial"]["tlogEntries"][0]
    is_second = "integratedTime" not in entry
    material, log = ("verificationMaterial",), ("verificationMaterial", "tlogEntries", 0)
    proof = (*log, "inclusionProof")
    places: dict[str, tuple[str | int, ...]] = {
        "body": (*log, "canonicalizedBody"),
        "rekor2 log id" if is_second else "log id": (*log, "logId", "keyId"),
        "root": (*proof, "rootHash"),
        "path": (*proof, "hashes", 0),
        "proof index": (*proof, "logIndex"),
        "size": (*proof, "treeSize"),
        "rekor2 index" if is_second else "index": (*log, "logIndex"),
    }
    if "certificate" in original["verificationMaterial"]:
        places["certificate"] = (*material, "certificate", "rawBytes")
    else:
        places["certificate"] = (*material, "x509CertificateChain", "certificates", 0, "rawBytes")
    if "dsseEnvelope" in original:
        places["payload"] = ("dsseEnvelope", "payload")
        places["signature"] = ("dsseEnvelope", "signatures", 0, "sig")
    else:
        places["digest"] = ("messageSignature", "messageDigest", "digest")
        places["signature"] = ("messageSignature", "signature")
    if is_second:
        stamps = (*material, "timestampVerificationData", "rfc3161Timestamps")
        places["timestamp"] = (*stamps, 0, "signedTimestamp")
    else:
        places["promise"] = (*log, "inclusionPromise", "signedEntryTimestamp")
        places["time"] = (*log, "integratedTime")
    for name, place in places.items():
        changed = copy.deepcopy(original)
        holder = changed
        for step in place[:-1]:
            holder = holder[step]
        value = holder[place[-1]]
        holder[place[-1]] = str(int(value) + 1) if value.isdigit() else flipped(value)
        yield name, json.dumps(changed).encode()
    checkpoint = entry["inclusionProof"]["checkpoint"]["envelope"]
    origin = checkpoint.partition("\n")[0]
    for name, edited in (
        ("checkpoint origin", checkpoint.replace(origin, origin + "x", 1)),
        ("checkpoint signature", checkpoint.partition("\n\n")[0] + "\n\n"),
    ):
        changed = copy.deepcopy(original)
        changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]["envelope"] = edited
        yield name, json.dumps(changed).encode()


def ask_cases(voice: Voice) -> None:
    with (BLOBS / "cases.tsv").open(newline="") as file:
        cases = list(csv.DictReader(file, delimiter="\t"))
    listed = {*UNREAD, *UNSEEN} - {case["case"] for case in cases}
    voice.complaints += [f"{name}: is listed, and no case" for name in sorted(listed)]
    for case in cases:
        # It reads bundles with a certificate: no keys, and none of cosign 2's files.
        if case["files"] != "bundle.sigstore.json" or case["signer"] != "workflow":
            continue
        name, root = case["case"], (BLOBS / case["root"]).resolve()
        document, artifact = (
            (BLOBS / name / case["files"]).read_bytes(),
            (BLOBS / case["artifact"]).read_bytes(),
        )
        answer = voice.accepts(document, artifact, root, case["predicate"])
        accepted = case["verdict"] == "verified"
        voice.expect(name, accepted != (name in UNREAD or name in UNSEEN), answer)
        if not accepted or answer is not None:
            continue
        for change, mutant in mutants(document):
            answer = voice.accepts(mutant, artifact, root, case["predicate"])
            if change not in UNSEEN_MUTANTS:
                voice.expect(f"{name}, {change} changed", False, answer)


def ask_referrers(voice: Voice, read: Callable[[str], bytes], ref: str) -> None:
    """The bundles beside the images of an OCI layout, whose files `read` gives."""

    def blob(descriptor: dict[str, Any]) -> bytes:
        return read("blobs/sha256/" + descriptor["digest"].removeprefix("sha256:"))

    for listed in json.loads(read("index.json"))["manifests"]:
        if "manifest" not in listed["mediaType"]:
            continue
        manifest = json.loads(blob(listed))
        if "sigstore.bundle" not in manifest.get("artifactType", ""):
            continue
        predicate = manifest["annotations"]["dev.sigstore.bundle.predicateType"]
        document, artifact = blob(manifest["layers"][0]), blob(manifest["subject"])
        root = TESTDATA / "trust" / "trusted_root.json"
        answer = voice.accepts(document, artifact, root, predicate, ref)
        voice.expect(listed["digest"], True, answer)


def ask_sample(voice: Voice) -> None:
    layout = TESTDATA / "sample" / "images"
    ask_referrers(voice, lambda name: (layout / name).read_bytes(), MAIN)


def ask_golden(voice: Voice) -> None:
    with tarfile.open(TESTDATA / "golden" / "golden.tar") as bundle:
        ask_referrers(voice, lambda name: bundle.extractfile(name).read(), TAG)


def main() -> int:
    logging.disable(logging.CRITICAL)
    voice = Voice()
    ask_cases(voice)
    ask_sample(voice)
    ask_golden(voice)
    for complaint in voice.complaints:
        print(complaint)
    print(f"sigstore of PyPI: {voice.asked} signatures, {len(voice.complaints)} otherwise than expected")
    return 1 if voice.complaints or not voice.asked else 0


if __name__ == "__main__":
    sys.exit(main())
