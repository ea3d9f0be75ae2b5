"""The evidence of every form that the test data holds and that has to be believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evidencelab import TESTDATA, Case

_BLOBS = TESTDATA / "trust/blobs"


def good() -> list[Case]:
    """The rows of the table that say `verified`."""
    head, *rows = (line.split("\t") for line in (_BLOBS / "cases.tsv").read_text().splitlines())
    return [
        _case(dict(zip(head, row, strict=True))) for row in rows if row[head.index("verdict")] == "verified"
    ]


def _case(row: dict[str, str]) -> Case:
    folder = _BLOBS / row["case"]

    def file(name: str) -> bytes | None:
        path: Path = folder / name
        return path.read_bytes() if path.exists() else None

    forms = {
        "bundle": file("bundle.sigstore.json") or file("artifact.bundle"),
        "image": file("payload.json"),
        "attestation": file("envelope.json"),
        "detached": file("artifact.sig"),
    }
    form, content = next((form, content) for form, content in forms.items() if content is not None)
    root: dict[str, Any] = {"root": row["root"]}
    asked = dict(part.split("=") for part in row["require"].split() if "=" in part)
    keys: list[dict[str, str]] = []
    if row["signer"] == "workflow":
        root |= {name: int(asked.get(name, 1)) for name in ("tlog", "sct", "time")}
    else:
        pem = (_BLOBS / row["signer"]).read_text()
        in_log = form == "bundle" and b'"canonicalizedBody"' in content
        keys = [{"pem": pem, "tlog": "required" if in_log else "optional"}]
    return Case(
        row["case"],
        form,
        None,
        content,
        annotations=json.loads(file("annotations.json") or b"{}"),
        certificate=file("artifact.pem"),
        timestamp=file("artifact.tsr"),
        artifact=(_BLOBS / row["artifact"]).read_bytes(),
        roots=[root],
        keys=keys,
        predicate=None if row["predicate"] == "-" else row["predicate"],
    )


def roots() -> dict[str, str]:
    """The trusted roots of the table, by the name that it gives them."""
    names = {case.roots[0]["root"] for case in good()}
    return {name: (_BLOBS / name).read_text() for name in names}
