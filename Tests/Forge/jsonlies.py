"""Section D of the catalogue: JSON that a strict reader refuses. All of it is signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from case import FORMAT, Case, row
from goodbundle import GoodBundle, writer
from make import encoding

IMAGE, ARCH = "cloudgrid-bff", "amd64"
MANIFEST = f"{IMAGE} {ARCH} manifest"


def altered(place: str, change: Callable[[Any], Any]) -> GoodBundle:
    """A bundle in which one document is another; what names it follows."""
    return GoodBundle(alter=lambda at, value: change(value) if at == place else value)


def manifest_case(name: str, change: Callable[[Any], Any], reason: str, *mentions: str) -> Case:
    """A lie in the manifest of one platform; its digest must be told."""
    bundle = altered(MANIFEST, change)
    digest = bundle.release.manifests[IMAGE, ARCH]["digest"]
    return Case(name, bundle.bytes(), FORMAT, reason, [digest, *mentions], tier=2)


def as_text(change: Callable[[bytes], bytes]) -> Callable[[Any], bytes]:
    return lambda document: change(encoding.pretty(document))


@row("B083")
def duplicate() -> Iterator[Case]:
    bundle = altered("index.json", lambda d: b'{"manifests":[],' + writer.canonical(d)[1:])
    yield Case(
        "manifests twice", bundle.bytes(), FORMAT, "json.duplicate", ["index.json", "manifests"], tier=2
    )


@row("B084")
def escaped_duplicate() -> Iterator[Case]:
    def lie(text: bytes) -> bytes:
        return text.replace(b'"size":', b'"siz\\u0065": 1, "size":', 1)

    yield manifest_case("size twice", as_text(lie), "json.duplicate", "size")


@row("B085")
def depth() -> Iterator[Case]:
    nested = b"[" * 10_000 + b"]" * 10_000
    yield manifest_case("10000 arrays", as_text(lambda t: b'{"x":' + nested + b"," + t[1:]), "json.depth")


@row("B086")
def size() -> Iterator[Case]:
    limit = 4 << 20
    yield manifest_case("4 MiB and a byte", as_text(lambda t: t.ljust(limit + 1)), "json.size", str(limit))


@row("B087")
def numbers() -> Iterator[Case]:
    for spelling in ("1e3", "1000.0", '"1000"', "-1", "01000", str(2**63), "1" * 30):

        def lie(document: dict[str, Any], spelling: str = spelling) -> bytes:
            first, *rest = document["layers"]
            document = {**document, "layers": [{**first, "size": "@"}, *rest]}
            return encoding.pretty(document).replace(b'"@"', spelling.encode())

        shown = spelling.replace('"', "string ").replace("-", "minus ").replace(".", " point ")
        yield manifest_case(f"size {shown}", lie, "json.number", "/layers/0/size")


@row("B088")
def encodings() -> Iterator[Case]:
    def annotated(value: bytes) -> Callable[[bytes], bytes]:
        return lambda text: b'{"annotations":{"x":"' + value + b'"},' + text[1:]

    for name, change in (
        ("byte order mark", lambda text: b"\xef\xbb\xbf" + text),
        ("UTF-16", lambda text: text.decode().encode("utf-16")),
        ("bad UTF-8", annotated(b"\xc3\x28")),
        ("lone surrogate", annotated(b"\\ud800")),
    ):
        yield manifest_case(name, as_text(change), "json.encoding")


@row("B089")
def trailing() -> Iterator[Case]:
    yield manifest_case("second object", as_text(lambda text: text + b"{}"), "json.trailing")
    yield manifest_case("a word", as_text(lambda text: text + b" x"), "json.trailing")


@row("B090")
def no_object() -> Iterator[Case]:
    for name, text in (("array", b"[]"), ("string", b'"x"'), ("null", b"null")):
        yield manifest_case(name, lambda document, text=text: text, "json.shape")


@row("B091")
def shapes() -> Iterator[Case]:
    def without_layers(document: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in document.items() if name != "layers"}

    yield manifest_case("layers null", lambda d: {**d, "layers": None}, "manifest.shape", "/layers")
    yield manifest_case("no layers", without_layers, "manifest.shape")
    bundle = altered(f"{IMAGE} index", lambda d: {**d, "manifests": {}})
    mentions = [bundle.release.images[IMAGE]["digest"], "/manifests"]
    yield Case("manifests an object", bundle.bytes(), FORMAT, "manifest.shape", mentions, tier=2)


@row("B092")
def not_json() -> Iterator[Case]:
    yield manifest_case("comment", as_text(lambda text: text[:1] + b"/* x */" + text[1:]), "json.syntax")
    yield manifest_case("trailing comma", as_text(lambda text: text.rstrip()[:-1] + b",}"), "json.syntax")


@row("B093")
def tokens() -> Iterator[Case]:
    members = b",".join(b'"%06x":0' % n for n in range(300_000))
    yield manifest_case(
        "300000 members", as_text(lambda t: b'{"x":{' + members + b"}," + t[1:]), "json.tokens"
    )


@row("B094")
def annotation() -> Iterator[Case]:
    lie = manifest_case(
        "number as annotation", lambda d: {**d, "annotations": {"x": 1}}, "manifest.shape", "/annotations"
    )
    yield lie


@row("B231")
def other_case() -> Iterator[Case]:
    """Go's decoder takes each of these for the known member."""

    def with_layers(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda d: {**d, name: []}

    for shown, name in (("capital", "Layers"), ("capitals", "LAYERS"), ("long s", "layer\u017f")):
        yield manifest_case(f"layers with {shown}", with_layers(name), "json.case", "layers")
    yield manifest_case("Manifests in a manifest", lambda d: {**d, "Manifests": []}, "json.case", "Manifests")
    yield manifest_case(
        "Digest of a layer",
        lambda d: {**d, "layers": [{**d["layers"][0], "Digest": "x"}, *d["layers"][1:]]},
        "json.case",
        "/layers/0",
    )
    bundle = altered(
        f"{IMAGE} index",
        lambda d: {**d, "manifests": [{**m, "platform": {**m["platform"], "OS": "linux"}} for m in d["manifests"]]},
    )
    mentions = [bundle.release.images[IMAGE]["digest"], "/manifests/0/platform"]
    yield Case("OS of a platform", bundle.bytes(), FORMAT, "json.case", mentions, tier=2)
    for name, change in (
        ("config and Config", lambda d: {**d, "Config": {"Entrypoint": ["/bin/sh"]}}),
        ("entrypoint", lambda d: {**d, "config": {**d["config"], "entrypoint": ["/bin/sh"]}}),
        ("Rootfs", lambda d: {**d, "Rootf\u017f": {}}),
        ("rootfs Type", lambda d: {**d, "rootfs": {**d["rootfs"], "Type": "x"}}),
        ("history Created", lambda d: {**d, "history": [{"Created": "x"}]}),
        ("a healthcheck's test", lambda d: {**d, "config": {"Healthchec\u212a": {}}}),
    ):
        bundle = altered(f"{IMAGE} {ARCH} config", change)
        yield Case(f"image config {name}", bundle.bytes(), FORMAT, "json.case", ["blobs/sha256/"], tier=2)
    bundle = altered("chart config", lambda d: {**d, "Version": "9.9.9"})
    yield Case("chart config Version", bundle.bytes(), FORMAT, "json.case", ["Version"], tier=2)
