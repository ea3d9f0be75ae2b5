"""What helm would let run, without helm: the images of the chart's workloads after all values are merged.

Usage: render.py RECORD [-f VALUES]... [--profile NAME]

Merges as helm does: the chart's values.yaml, then release-values.mirrored.yaml, chart/profiles/NAME.yaml
(default: enterprise) and each VALUES, later over earlier. Maps are merged, everything else is replaced, and a null
takes a key away. Then says, as one JSON object, what the chart's helper `cloudgrid.image` gives for each workload and
which pull secrets go with it.

Wants PyYAML: Debian's python3-yaml.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}


def merged(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    result = dict(below)
    for key, value in above.items():
        result[key] = merged(below.get(key), value)
        if result[key] is None:
            del result[key]
    return result


def image(values: dict[str, Any], image: dict[str, Any]) -> str:
    """`cloudgrid.image`; a tag that falls back to the chart's appVersion shows as an empty one."""
    repository = image["repository"]
    if "/" not in repository:
        repository = f"{values['global']['imageRegistry']}/{repository}"
    if image.get("digest"):
        return f"{repository}@{image['digest']}"
    return f"{repository}:{image.get('tag') or ''}"


def workloads(values: dict[str, Any]) -> dict[str, str]:
    found = {}
    for key, value in values.items():
        if not isinstance(value, dict):
            continue
        if "image" in value and value.get("enabled", True):
            found[key] = image(values, value["image"])
        bundled = value.get("bundled")
        if isinstance(bundled, dict) and bundled.get("enabled"):
            found[f"{key}.bundled"] = image(values, bundled["image"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("record", type=Path)
    parser.add_argument("-f", "--values", type=Path, action="append", default=[])
    parser.add_argument("--profile", default="enterprise")
    options = parser.parse_args()
    install = options.record / "install"
    chart = install / "chart"
    profile = chart / "profiles" / f"{options.profile}.yaml"
    values: Any = load(chart / "values.yaml")
    for path in [install / "release-values.mirrored.yaml", profile, *options.values]:
        values = merged(values, load(path))
    secrets = [secret["name"] for secret in values["global"].get("imagePullSecrets") or []]
    print(json.dumps({"images": workloads(values), "pullSecrets": secrets}, indent=2))


if __name__ == "__main__":
    main()
