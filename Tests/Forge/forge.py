#!/usr/bin/env python3
"""Bundles that tell exactly one lie each, and what an import must answer to each.

Usage: forge.py list [ROW…]          what there is, as JSON
       forge.py build DIR [ROW…]     the files, their keys, and cases.json with whole paths
       forge.py selfcheck [ROW…]     the second reader refuses every lie and accepts what is none

Rows are those of the catalogue of bad inputs (B001 …). `mentions` are what the message must hold; `keys` are
given with `--key`; `setup` says what stands at the path where that is no plain file. A reason of null is any.
Tier 1 is what every import must refuse, tier 2 needs more of it, tier 3 is not looked for in version 1.
`--layer-url` is what the one accepted layer with `urls` names, so that a test can listen there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "SecondReader")]

import entrylies  # noqa: E402, F401  (the lies register themselves)
import filelies  # noqa: E402, F401
import graphlies  # noqa: E402
import jsonlies  # noqa: E402, F401
import layerlies  # noqa: E402, F401
import releaselies  # noqa: E402, F401
import setlies  # noqa: E402, F401
import tarlies  # noqa: E402, F401
import trustlies  # noqa: E402, F401
from case import Case, cases  # noqa: E402
from goodbundle import KEYS  # noqa: E402
from weakkeys import make_weak_keys  # noqa: E402


def build(folder: Path, rows: list[str]) -> list[dict[str, Any]]:
    folder.mkdir(parents=True, exist_ok=True)
    for key in KEYS.glob("*.*"):
        shutil.copyfile(key, folder / key.name)
        (folder / key.name).chmod(0o600)
    make_weak_keys(folder)
    listed = []
    for case in _checked(rows):
        case.make(folder)
        whole = case.listed()
        whole["path"] = str((folder / case.file).absolute())
        whole["keys"] = [str((folder / key).absolute()) for key in case.keys]
        listed.append(whole)
    (folder / "cases.json").write_text(json.dumps(listed, indent=2) + "\n")
    return listed


def _checked(rows: list[str]) -> list[Case]:
    found = list(cases(rows))
    names = [case.file for case in found if case.setup != "device"]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"two cases of one name: {sorted(twice)}")
    return found


def selfcheck(rows: list[str]) -> int:
    """Proves that every lie is one: a reader that knows nothing of this forge refuses it."""
    import read_bundle
    from fault import Fault

    wrong = refused = accepted = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in build(Path(folder), rows):
            # The reader knows keys only, so a run without any is not for it.
            if not case["keys"]:
                continue
            try:
                read_bundle.read_bundle(case["path"], case["keys"], case["threshold"])
                told = None
            except (Fault, OSError) as fault:
                told = str(fault)
            if (told is None) == (case["exit"] == 0) or _beyond_reader(case):
                refused, accepted = refused + (told is not None), accepted + (told is None)
                continue
            answer = "accepted" if told is None else told
            mark = "WRONG" if case["tier"] == 1 else "note "
            print(f"{mark} {case['row']} {case['name']}: {answer}", file=sys.stderr)
            wrong += case["tier"] == 1
    print(f"{refused} refused, {accepted} accepted as they should be, {wrong} wrong")
    return 1 if wrong else 0


def _beyond_reader(case: dict[str, Any]) -> bool:
    """Options of the import that the reader has not got."""
    return bool(case["args"])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = options.add_subparsers(dest="command", required=True)
    for name in ("list", "build", "selfcheck"):
        command = commands.add_parser(name)
        if name == "build":
            command.add_argument("folder", type=Path)
            command.add_argument("--layer-url", default=graphlies.layer_url)
        command.add_argument("rows", nargs="*")
    given = options.parse_args()
    started = time.monotonic()
    if given.command == "list":
        print(json.dumps([case.listed() for case in _checked(given.rows)], indent=2))
        return 0
    if given.command == "selfcheck":
        return selfcheck(given.rows)
    graphlies.layer_url = given.layer_url
    built = build(given.folder, given.rows)
    print(f"{len(built)} cases in {time.monotonic() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
