"""Images and pull secrets of the workloads that helm rendered, read with another YAML reader than the program's.

Usage: workloads.py < RENDERED

Prints one JSON object: `images`, by workload and container, and `pullSecrets`, by workload.
Wants PyYAML: Debian's python3-yaml.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import yaml


def main() -> None:
    images: dict[str, str] = {}
    secrets: dict[str, list[str]] = {}
    for document in yaml.safe_load_all(sys.stdin):
        if not document or document["kind"] not in ("Deployment", "StatefulSet"):
            continue
        name = document["metadata"]["name"]
        pod: dict[str, Any] = document["spec"]["template"]["spec"]
        for container in pod.get("initContainers", []) + pod["containers"]:
            images[f"{name}.{container['name']}"] = container["image"]
        secrets[name] = [secret["name"] for secret in pod.get("imagePullSecrets") or []]
    print(json.dumps({"images": images, "pullSecrets": secrets}, indent=2))


if __name__ == "__main__":
    main()
