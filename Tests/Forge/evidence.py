#!/usr/bin/env python3
"""Prints evidence by the test data's Sigstore, good and bad, as one JSON document: trusted roots, and cases.

Each case holds the evidence, what it is judged by, and the reasons of which one has to be its refusal; no
reason where it must hold. Nothing of the product is used to make it.
"""

from __future__ import annotations

import json
import sys

sys.dont_write_bytecode = True

import evidenceforms  # noqa: E402
import evidencelies  # noqa: E402
import evidencemutants  # noqa: E402
from evidencelab import Lab  # noqa: E402


def main() -> None:
    lab = Lab()
    good = evidenceforms.good()
    lies, roots = evidencelies.lies(lab)
    cases = [*good, *evidencemutants.mutants(good), *lies]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    made = {name: json.dumps(root) for name, root in (lab.roots() | roots).items()}
    json.dump({"roots": made | evidenceforms.roots(), "cases": [case.listed() for case in cases]}, sys.stdout)


main()
