"""Section F of the catalogue, as far as it is about the files of the release: each says something that others deny."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

from case import CONTENT, FORMAT, POLICY, USAGE, Case, row
from goodbundle import GoodBundle, good
from jsonlies import altered
from make.tiny import RELEASE, TinyRelease

IMAGE, OTHER = "cloudgrid-bff", "cloudgrid-storage-read"
CHART = f"cloudgrid-{RELEASE.chart_version}.tgz"
Files = dict[str, bytes]


def release_case(
    name: str, change: Callable[[Files], Any], exit: int, reason: str | None, *mentions: str, **more: Any
) -> Case:
    """A lie in one file of the release; the checksum lists are left as they are."""

    def lie(files: Files) -> Files:
        files = dict(files)
        change(files)
        return files

    return Case(name, altered("release files", lie).bytes(), exit, reason, list(mentions), tier=2, **more)


def _append(file: str, text: str) -> Callable[[Files], Any]:
    return lambda files: files.__setitem__(file, files[file] + text.encode())


def _unlisted(files: Files, name: str, content: bytes) -> None:
    """Another content for a file, its line taken out of the lists: real lists have no line for the values."""
    files[name] = content
    for sums in ("checksums.txt", "binaries-checksums.txt"):
        lines = files[sums].splitlines(keepends=True)
        files[sums] = b"".join(line for line in lines if not line.rstrip().endswith(b"/" + name.encode()))


def _values(change: Callable[[bytes], bytes]) -> Callable[[Files], Any]:
    return lambda files: _unlisted(files, "release-values.yaml", change(files["release-values.yaml"]))


def _digest(image: str) -> str:
    return good().release.images[image]["digest"]


def _manifest(change: Callable[[dict[str, Any]], Any]) -> Callable[[Files], Any]:
    """Another release manifest, listed as it is then."""

    def lie(files: Files) -> None:
        document = json.loads(files["release-manifest.json"])
        change(document)
        old = hashlib.sha256(files["release-manifest.json"]).hexdigest().encode()
        files["release-manifest.json"] = json.dumps(document).encode()
        new = hashlib.sha256(files["release-manifest.json"]).hexdigest().encode()
        files["checksums.txt"] = files["checksums.txt"].replace(old, new)

    return lie


def _entry(manifest: dict[str, Any], image: str) -> dict[str, Any]:
    return next(entry for entry in manifest["images"] if entry.get("image", "").endswith("/" + image))


@row("B122")
def other_versions() -> Iterator[Case]:
    def tagged(manifest: dict[str, Any]) -> None:
        _entry(manifest, IMAGE)["versionTag"] = "v1.3.9"

    def built(manifest: dict[str, Any]) -> None:
        _entry(manifest, OTHER)["commitTag"] = "sha-ffffffffffff"

    names = [IMAGE, RELEASE.version, "v1.3.9"]
    yield release_case("one image of another version", _manifest(tagged), POLICY, "set.version", *names)
    names = [OTHER, "sha-ffffffffffff", RELEASE.commit_tag]
    yield release_case("one image of another commit", _manifest(built), POLICY, "set.version", *names)
    change = _manifest(lambda manifest: manifest.update(version="v1.3.9"))
    yield release_case("manifest of another version", change, POLICY, "set.version", RELEASE.version, "v1.3.9")


@row("B126")
def platform_missing() -> Iterator[Case]:
    def lie(index: dict[str, Any]) -> dict[str, Any]:
        kept = [m for m in index["manifests"] if m["platform"]["architecture"] != "arm64"]
        return {**index, "manifests": kept}

    def drop(release: TinyRelease) -> None:
        gone = release.manifests[IMAGE, "arm64"]
        manifest = json.loads(release.blobs.content[gone["digest"]])
        release.blobs.drop(gone["digest"])
        release.blobs.drop(manifest["config"]["digest"])
        # The base layer is every image's; only the service's own is left without a name.
        release.blobs.drop(manifest["layers"][-1]["digest"])

    bundle = GoodBundle(
        alter=lambda at, value: lie(value) if at == f"{IMAGE} index" else value, release=drop
    )
    content, names = bundle.bytes(), [IMAGE, "linux/arm64"]
    yield Case("platform missing", content, POLICY, "set.platform", names, tier=2)
    args = ["--allow-missing", f"{IMAGE}:linux/arm64"]
    yield Case("platform missing and allowed", content, 0, None, args=args, tier=2)


@row("B127")
def platform_twice() -> Iterator[Case]:
    def lie(index: dict[str, Any]) -> dict[str, Any]:
        first, *rest = index["manifests"]
        return {**index, "manifests": [first, *({**m, "platform": first["platform"]} for m in rest[:1]), *rest]}

    content = altered(f"{IMAGE} index", lie).bytes()
    yield Case("platform twice", content, POLICY, "set.platform", [IMAGE, "duplicate"], tier=2)


@row("B129")
def line_without_file() -> Iterator[Case]:
    change = _append("checksums.txt", "0" * 64 + "  artifacts/absent.txt\n")
    yield release_case("line without a file", change, POLICY, "sums.extra", "absent.txt")
    yield release_case("line without a file, allowed", change, 0, None, args=["--allow-missing", "absent.txt"])


@row("B130")
def file_without_line() -> Iterator[Case]:
    yield release_case("file without a line", lambda files: files.update({"NOTES.txt": b"x"}), 0, None)


@row("B131")
def other_bytes() -> Iterator[Case]:
    change = _append("cloudgrid.env.example", "# more\n")
    yield release_case("other bytes than listed", change, CONTENT, "sums.digest", "cloudgrid.env.example")


@row("B132")
def path_in_list() -> Iterator[Case]:
    change = _append("checksums.txt", "0" * 64 + "  ../../etc/cron.d/x\n")
    yield release_case("path in a list", change, FORMAT, "name.path", "../../etc/cron.d/x")


@row("B134")
def external_image() -> Iterator[Case]:
    image = "docker.io/library/busybox:latest"
    change = _values(lambda text: text + f"extra:\n  image: {image}\n".encode())
    yield release_case("external image", change, POLICY, "values.external", image, "line ")
    yield release_case("external image, allowed", change, 0, None, args=["--allow-missing", image])


@row("B135")
def tag_only() -> Iterator[Case]:
    def tagged(text: bytes) -> bytes:
        return text.replace(f"digest: {_digest(IMAGE)}".encode(), f"tag: {RELEASE.version}".encode())

    name = f"{IMAGE}:{RELEASE.version}"
    yield release_case("tag only", _values(tagged), POLICY, "values.tag", name)


@row("B136")
def alias_bomb() -> Iterator[Case]:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]\n"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)]
    bomb = "".join(lines).encode()
    yield release_case("alias bomb", _values(lambda text: text + bomb), FORMAT, "yaml.expansion")


@row("B137")
def odd_yaml() -> Iterator[Case]:
    for name, text, reason in (
        ("duplicate key", "a: 1\na: 2\n", "yaml.duplicate"),
        ("two documents", "a: 1\n---\nb: 2\n", "yaml.documents"),
        ("foreign tag", "a: !!python/object:x.y {}\n", "yaml.tag"),
    ):
        changed = _values(lambda _, text=text: text.encode())
        yield release_case(f"values with {name}", changed, FORMAT, reason, "line ")


def _chart_case(name: str, packed: bytes, reason: str) -> Case:
    """The chart in the registry and the one among the files are the same and are listed, and still bad."""
    content = altered("chart content", lambda _: packed).bytes()
    return Case(name, content, FORMAT, reason, [CHART], tier=2)


def _packed(*members: tuple[str, bytes, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content)
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


@row("B138")
def one_place_for_two() -> Iterator[Case]:
    # Of two vendor repositories with one last component: in a mirror they are one.
    def lie(manifest: dict[str, Any]) -> None:
        _entry(manifest, OTHER)["image"] = f"registry.example.org/other/{IMAGE}"

    names = ["/images/"]
    yield release_case("two images for one repository", _manifest(lie), POLICY, "map.collision", IMAGE, *names)


@row("B139")
def bad_target_names() -> Iterator[Case]:
    for name, target in (
        ("capitals", "127.0.0.1:1/Foo/Bar"),
        ("empty component", "127.0.0.1:1/a//b"),
        ("300 bytes", "127.0.0.1:1/" + "a" * 300),
    ):
        args = ["--pull-as", target]
        # A good bundle: what is wrong is where it shall be pulled from.
        yield Case(f"target with {name}", good().bytes(), USAGE, "map.name", [target[12:]], args=args)


@row("B140")
def chart_paths() -> Iterator[Case]:
    head = ("cloudgrid/Chart.yaml", tarfile.REGTYPE, b"name: cloudgrid\nversion: 1.0.0-beta\n")
    for name, member in (
        ("parent", ("cloudgrid/../../x", tarfile.REGTYPE, b"x")),
        ("absolute", ("/tmp/cgbundle-chart", tarfile.REGTYPE, b"x")),
        ("symlink", ("cloudgrid/l", tarfile.SYMTYPE, b"")),
    ):
        yield _chart_case(f"chart {name}", _packed(head, member), "chart.path")


@row("B141")
def chart_bomb() -> Iterator[Case]:
    yield _chart_case("chart bomb", _bomb(), "chart.size")


def _bomb() -> bytes:
    """2 GiB of zeros in one file of the chart, in 2 MiB."""
    info = tarfile.TarInfo("cloudgrid/big")
    info.size = 2 << 30
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as packed:
        packed.write(info.tobuf(tarfile.USTAR_FORMAT))
        piece = bytes(16 << 20)
        for _ in range(128):
            packed.write(piece)
        packed.write(bytes(1024))
    return buffer.getvalue()


@row("B142")
def other_subject() -> Iterator[Case]:
    def swapped(files: Files) -> None:
        files[f"{IMAGE}.spdx.json"] = files[f"{OTHER}.spdx.json"]

    def unknown(files: Files) -> None:
        own = _digest(IMAGE).removeprefix("sha256:").encode()
        files[f"{IMAGE}.spdx.json"] = files[f"{IMAGE}.spdx.json"].replace(own, b"5" * 64)

    yield release_case("SBOM of another image", swapped, POLICY, "sbom.subject", IMAGE, OTHER, _digest(OTHER))
    yield release_case("SBOM of an unknown digest", unknown, 0, None)
