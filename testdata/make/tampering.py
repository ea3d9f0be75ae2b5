"""Samples in which one piece of evidence of one image is not what it should be, everything else being right."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from . import documents
from .evidence import Signed
from .facts import SERVICES, Release, Service
from .fulcio import LIFETIME
from .instance import Run, Sigstore, release_run
from .signatures import ATTESTATION, BUNDLE, PROVENANCE, TAG

# The image it is about, which has evidence of every form.
SERVICE = SERVICES[0]
_OTHER_IMAGE = "0" * 64


class Tampering(NamedTuple):
    """Which evidence it is about, the word for it, and what stands there instead; None for nothing at all."""

    evidence: tuple[str, ...]
    reason: str
    change: Callable[[Tamperer, Signed], Signed | None]


class Tamperer:
    """What those who tamper have: the log, which takes everybody's entries, and a Sigstore that nobody trusts."""

    def __init__(self, run: Run, keys: Path, release: Release, tampering: Tampering | None) -> None:
        self.run = run
        self.stranger = release_run(Sigstore.stranger(keys), release)
        self._tampering = tampering

    def altered(self, service: Service, evidence: str, signed: Signed) -> Signed | None:
        if self._tampering is None or service != SERVICE or evidence not in self._tampering.evidence:
            return signed
        return self._tampering.change(self, signed)

    def signed(self, run: Run, signed: Signed, digest: str | None = None) -> Signed:
        """The same said by a run, of this image or of one with another digest."""
        document: Any = json.loads(signed.content)
        if not signed.is_statement:
            content = signed.content
            if digest:
                named = document["critical"]["image"]["docker-manifest-digest"]
                content = content.replace(named.encode(), f"sha256:{digest}".encode())
            return run.message(content)
        if digest:
            document["subject"] = [documents.subject(digest)]
        return run.statement(document)


def _nothing(tamperer: Tamperer, signed: Signed) -> None:
    return None


def _of_other_image(tamperer: Tamperer, signed: Signed) -> Signed:
    return tamperer.signed(tamperer.run, signed, _OTHER_IMAGE)


def _by_stranger(tamperer: Tamperer, signed: Signed) -> Signed:
    """With a stranger's certificate, in the log that everybody trusts."""
    strange = tamperer.signed(tamperer.stranger, signed)
    log, at = tamperer.run.sigstore.log1, tamperer.stranger.now
    return dataclasses.replace(strange, entries=()).logged(log, at)


def _changed_after(tamperer: Tamperer, signed: Signed) -> Signed:
    """What was said of another image, changed to speak of this one."""
    return dataclasses.replace(_of_other_image(tamperer, signed), content=signed.content)


def _entry_of_other(tamperer: Tamperer, signed: Signed) -> Signed:
    return dataclasses.replace(signed, entries=_of_other_image(tamperer, signed).entries)


def _logged_too_late(tamperer: Tamperer, signed: Signed) -> Signed:
    at = tamperer.run.now + LIFETIME + timedelta(minutes=1)
    return dataclasses.replace(signed, entries=()).logged(tamperer.run.sigstore.log1, at)


TAMPERINGS = {
    "unsigned": Tampering((TAG, BUNDLE, PROVENANCE, ATTESTATION), "absent", _nothing),
    "tag-of-other-image": Tampering((TAG,), "vendor.claims", _of_other_image),
    "tag-by-stranger": Tampering((TAG,), "vendor.chain", _by_stranger),
    "tag-changed": Tampering((TAG,), "vendor.signature", _changed_after),
    "tag-entry-of-other": Tampering((TAG,), "vendor.entry", _entry_of_other),
    "tag-logged-too-late": Tampering((TAG,), "vendor.time", _logged_too_late),
    "bundle-of-other-image": Tampering((BUNDLE,), "vendor.digest", _of_other_image),
    "bundle-by-stranger": Tampering((BUNDLE,), "vendor.chain", _by_stranger),
    "bundle-changed": Tampering((BUNDLE,), "vendor.signature", _changed_after),
    "bundle-entry-of-other": Tampering((BUNDLE,), "vendor.entry", _entry_of_other),
    "provenance-of-other-image": Tampering((PROVENANCE,), "vendor.digest", _of_other_image),
    "provenance-changed": Tampering((PROVENANCE,), "vendor.signature", _changed_after),
}
