"""Makes the first inputs of each subject from the committed sample.

seeds.py SAMPLE FOLDER: writes FOLDER/SUBJECT/… from SAMPLE, which is testdata/trust.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

sample, folder = Path(sys.argv[1]), Path(sys.argv[2])


def seed(subject, content):
    place = folder / subject
    place.mkdir(parents=True, exist_ok=True)
    (place / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


def values(node, name):
    """Every value of members with this name, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield value
            yield from values(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from values(value, name)


def parts(document):
    for certificate in values(document, "certificate"):
        if isinstance(certificate, dict) and "rawBytes" in certificate:
            seed("certificate", base64.b64decode(certificate["rawBytes"]))
    for chain in values(document, "certificates"):
        for certificate in chain:
            seed("certificate", base64.b64decode(certificate["rawBytes"]))
    for stamp in values(document, "signedTimestamp"):
        seed("timestamp", base64.b64decode(stamp))
    for checkpoint in values(document, "checkpoint"):
        seed("checkpoint", checkpoint["envelope"].encode())
    for key in values(document, "publicKey"):
        if isinstance(key, dict) and "rawBytes" in key:
            seed("key", base64.b64decode(key["rawBytes"]))


for path in sorted(sample.rglob("*.json")) + sorted(sample.rglob("*.bundle")):
    content = path.read_bytes()
    if path.name == "payload.json":
        seed("payload", content)
        continue
    subject = {"trusted_root.json": "root", "bundle.sigstore.json": "bundle", "artifact.bundle": "bundle"}
    if path.name not in subject:
        continue
    seed(subject[path.name], content)
    try:
        parts(json.loads(content))
    except ValueError:
        # Some samples are broken on purpose.
        continue
for path in sorted((sample.parent / "keys").iterdir()):
    if path.suffix in (".pub", ".key"):
        seed("key", path.read_bytes())
