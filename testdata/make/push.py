"""Pushes the images into a plain-HTTP registry, which tests and the demo use as the vendor's."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from . import encoding, layout
from .layout import Descriptor, LayoutReader


class PushRefused(Exception):
    """The registry gave another answer than the distribution specification allows."""


class Registry:
    """One kept-alive connection to a registry (OCI distribution-spec 1.1.1)."""

    def __init__(self, authority: str) -> None:
        self._authority = authority
        self._connection = http.client.HTTPConnection(authority, timeout=60)

    def put_blob(self, repository: str, descriptor: Descriptor, path: Path) -> None:
        digest = descriptor["digest"]
        if self._send("HEAD", f"/v2/{repository}/blobs/{digest}", (200, 404))[0] == 200:
            return
        _, location = self._send("POST", f"/v2/{repository}/blobs/uploads/", (202,), body=b"")
        parts = urlsplit(location)
        query = f"{parts.query}&" if parts.query else ""
        with path.open("rb") as file:
            self._send(
                "PUT",
                f"{parts.path}?{query}digest={quote(digest, safe='')}",
                (201,),
                body=file,
                headers={
                    "Content-Type": "application/octet-stream",
                    "Content-Length": str(descriptor["size"]),
                },
            )

    def put_manifest(self, repository: str, name: str, media_type: str, content: bytes) -> None:
        self._send(
            "PUT",
            f"/v2/{repository}/manifests/{name}",
            (201,),
            body=content,
            headers={"Content-Type": media_type},
        )

    def _send(
        self,
        method: str,
        target: str,
        expected: tuple[int, ...],
        body: bytes | BinaryIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        """Sends one request and returns the status and the Location of the answer."""
        try:
            self._connection.request(method, target, body=body, headers=headers or {})
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            raise PushRefused(f"{self._authority}: {method} {target}: {problem}") from problem
        if answer.status not in expected:
            said = text[:500].decode(errors="replace").strip()
            raise PushRefused(f"{self._authority}: {method} {target}: {answer.status} {said}")
        return answer.status, answer.getheader("Location", "")


class Pusher:
    """Pushes each graph of a layout, children first, below a prefix."""

    def __init__(self, source: LayoutReader, registry: Registry, prefix: str) -> None:
        self._source = source
        self._registry = registry
        self._prefix = prefix
        self._done: set[tuple[str, str]] = set()
        self._repository_of: dict[str, str] = {}

    def push_all(self) -> int:
        """Pushes everything that the layout lists and returns the number of tags written."""
        tags = 0
        referrers = []
        for listed in self._source.listed:
            name = listed.get("annotations", {}).get(layout.REF_NAME)
            if name is None:
                referrers.append(listed)
                continue
            repository, _, tag = f"{self._prefix}/{name}".rpartition(":")
            self._push(listed, repository)
            self._put(listed, repository, tag)
            tags += 1
        return tags + self._push_referrers(referrers)

    def _push_referrers(self, referrers: list[Descriptor]) -> int:
        """Pushes referrers by digest, subjects first, then one fallback tag per subject.

        Debian's registry has no referrers API (distribution-spec 1.1.1, "Referrers Tag Schema").
        """
        by_subject: dict[str, list[Descriptor]] = {}
        waiting = [(item, self._source.document(item)) for item in referrers]
        while waiting:
            later = []
            for item, manifest in waiting:
                subject = manifest["subject"]["digest"]
                repository = self._repository_of.get(subject)
                if repository is None:
                    later.append((item, manifest))
                    continue
                self._push(item, repository)
                by_subject.setdefault(subject, []).append(
                    {
                        **{key: item[key] for key in ("mediaType", "digest", "size")},
                        "artifactType": manifest["artifactType"],
                        "annotations": manifest["annotations"],
                    }
                )
            if len(later) == len(waiting):
                raise PushRefused(f"{later[0][0]['digest']}: its subject is not in the layout")
            waiting = later
        for subject, listed in by_subject.items():
            index = {"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": listed}
            tag = subject.replace(":", "-")
            content = encoding.compact(index)
            self._registry.put_manifest(self._repository_of[subject], tag, layout.INDEX, content)
        return len(by_subject)

    def _push(self, descriptor: Descriptor, repository: str) -> None:
        digest = descriptor["digest"]
        if (repository, digest) in self._done:
            return
        document = self._source.document(descriptor)
        for child in document.get("manifests", []):
            self._push(child, repository)
        blobs = document.get("layers", [])
        if "config" in document:
            blobs = [document["config"], *blobs]
        for blob in blobs:
            if (repository, blob["digest"]) not in self._done:
                self._registry.put_blob(repository, blob, self._source.path(blob["digest"]))
                self._done.add((repository, blob["digest"]))
        self._put(descriptor, repository, digest)
        self._done.add((repository, digest))
        self._repository_of[digest] = repository

    def _put(self, descriptor: Descriptor, repository: str, name: str) -> None:
        content = self._source.path(descriptor["digest"]).read_bytes()
        self._registry.put_manifest(repository, name, descriptor["mediaType"], content)


def push(folder: Path, destination: str) -> int:
    """Pushes the layout in `folder` to `HOST:PORT/PREFIX`."""
    authority, _, prefix = destination.partition("/")
    if not authority or not prefix.strip("/"):
        raise PushRefused(f"{destination}: is not HOST:PORT/PREFIX")
    return Pusher(LayoutReader(folder), Registry(authority), prefix.strip("/")).push_all()
