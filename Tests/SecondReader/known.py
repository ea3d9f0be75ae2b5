"""Members that programs written in Go read whatever their case, by kind of document.

Go's encoding/json folds names and keeps the last of several, so a name that is a known one in another case is refused.
"""

from __future__ import annotations

from typing import Any

from fault import Fault

# Two characters besides ASCII letters fold to ASCII letters.
_FOLD = {**{c: c + 32 for c in range(65, 91)}, 0x17F: "s", 0x212A: "k"}

# A member leads to the members of its objects, or to None.
Table = dict[str, "Table | None"]


def _plain(*names: str) -> Table:
    return dict.fromkeys(names)


_PLATFORM = _plain("architecture", "os", "os.version", "os.features", "variant", "features")
_DESCRIPTOR: Table = {
    **_plain("mediaType", "digest", "size", "urls", "annotations", "data", "artifactType"),
    "platform": _PLATFORM,
}
DOCUMENT: Table = {
    **_plain("schemaVersion", "mediaType", "artifactType", "annotations"),
    **_plain("name", "tag", "architecture", "fsLayers", "history", "signatures"),
    **dict.fromkeys(("config", "layers", "blobs", "manifests", "subject"), _DESCRIPTOR),
}
_EXECUTION: Table = {
    **_plain("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels"),
    **_plain("StopSignal", "ArgsEscaped", "Memory", "MemorySwap", "CpuShares", "Hostname", "Domainname"),
    **_plain("AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image"),
    **_plain("NetworkDisabled", "MacAddress", "OnBuild", "StopTimeout", "Shell"),
    "Healthcheck": _plain("Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"),
}
CONFIG: Table = {
    **_plain("created", "author", "architecture", "os", "os.version", "os.features", "variant", "id"),
    **_plain("parent", "comment", "container", "docker_version"),
    "config": _EXECUTION,
    "container_config": _EXECUTION,
    "rootfs": _plain("type", "diff_ids", "base_layer"),
    "history": _plain("created", "created_by", "author", "comment", "empty_layer"),
}
CHART: Table = {
    **_plain("name", "home", "sources", "version", "description", "keywords", "icon", "apiVersion"),
    **_plain("condition", "tags", "appVersion", "deprecated", "annotations", "kubeVersion", "type"),
    "maintainers": _plain("name", "email", "url"),
    "dependencies": _plain(
        "name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"
    ),
}
CONFIGS = {
    "application/vnd.oci.image.config.v1+json": CONFIG,
    "application/vnd.docker.container.image.v1+json": CONFIG,
    "application/vnd.cncf.helm.config.v1+json": CHART,
}


def check(value: Any, table: Table, place: str, step: int) -> None:
    if isinstance(value, list):
        for item in value:
            check(item, table, place, step)
    elif isinstance(value, dict):
        known = {name.translate(_FOLD): name for name in table}
        for name, item in value.items():
            same = known.get(name.translate(_FOLD))
            if same is None:
                continue
            if same != name:
                raise Fault(step, f"{place}: {name!r} differs from {same!r} only by case")
            if (members := table[same]) is not None:
                check(item, members, f"{place}: {name}", step)
