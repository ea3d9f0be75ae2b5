"""What proves the images: cosign's tags and Sigstore bundles as referrers, by the release workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import documents, encoding, evidence, layout
from .evidence import Signed
from .facts import (
    ATT_TAG_SERVICE,
    CREATED_TEXT,
    REKOR2_SERVICES,
    SERVICES,
    SIGNED_PROVENANCE_SERVICE,
    TIMESTAMPED_TAG_SERVICE,
    Release,
    Service,
)
from .fulcio import Identity
from .instance import Run
from .layout import Descriptor, Layout

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
_DSSE = "application/vnd.dsse.envelope.v1+json"
_NO_TIME = "0001-01-01T00:00:00Z"

# Stores content of a media type, and gives its descriptor.
Put = Callable[[bytes, str], Descriptor]


def simple_signing_payload(repository: str, digest: str) -> bytes:
    """What `cosign sign` of cosign 2 signs (cosign specs, SIGNATURE_SPEC.md)."""
    return encoding.compact(
        {
            "critical": {
                "identity": {"docker-reference": repository},
                "image": {"docker-manifest-digest": digest},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
    )


def tag_manifest(put: Put, layer: Descriptor, annotations: dict[str, str]) -> dict[str, Any]:
    """What cosign 2 stores under a `.sig` or `.att` tag: an image whose layer is what was signed."""
    config = {
        "architecture": "",
        "created": _NO_TIME,
        "history": [{"created": _NO_TIME}],
        "os": "",
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        "config": {},
    }
    return {
        "schemaVersion": 2,
        "mediaType": layout.MANIFEST,
        "config": put(encoding.compact(config), layout.IMAGE_CONFIG),
        "layers": [{**layer, "annotations": annotations}],
    }


def bundle_manifest(put: Put, target: Descriptor, predicate_type: str, signed: Signed) -> dict[str, Any]:
    """What cosign 3 and the attest actions attach to an image: a Sigstore bundle as a referrer."""
    return {
        "schemaVersion": 2,
        "mediaType": layout.MANIFEST,
        "artifactType": evidence.BUNDLE_V03,
        "config": put(b"{}", layout.EMPTY),
        "layers": [put(encoding.compact(signed.bundle()), evidence.BUNDLE_V03)],
        "subject": {key: target[key] for key in ("mediaType", "digest", "size")},
        "annotations": {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicate_type,
            "org.opencontainers.image.created": CREATED_TEXT,
        },
    }


def signature_statement(digest: str) -> dict[str, Any]:
    """What `cosign sign` of cosign 3 signs: an empty in-toto predicate of the type that says "signed"."""
    kind = documents.SIGN_PREDICATE
    return documents.statement(documents.STATEMENT_V1, documents.subject(digest), kind, {})


def provenance_statement(
    identity: Identity, repository: str, digest: str, kind: str = documents.STATEMENT_V1
) -> dict[str, Any]:
    subject = documents.subject(digest, repository)
    predicate = documents.provenance(identity)
    return documents.statement(kind, subject, documents.SLSA_PREDICATE, predicate)


# Takes a service, which of its evidence, and that; gives what is to be there, or None for nothing.
Alter = Callable[[Service, str, Signed], Signed | None]
# Which signatures an image has: those of cosign 2 under tags, those of cosign 3 as referrers, or both.
COSIGN = ("2 and 3", "2", "3")
TAG, ATTESTATION, BUNDLE, PROVENANCE = "signature tag", "attestation tag", "signature bundle", "provenance"


class Prover:
    """Adds to each image what the release workflow adds after the push."""

    def __init__(
        self,
        target: Layout,
        release: Release,
        run: Run,
        alter: Alter = lambda service, which, signed: signed,
        cosign: str = "2 and 3",
    ) -> None:
        self._layout = target
        self._release = release
        self._run = run
        self._alter = alter
        self._cosign = cosign

    def prove(self, images: dict[str, Descriptor]) -> None:
        for service in SERVICES:
            image = images[service.name]
            if "2" in self._cosign:
                self._sign_tag(service, image)
                if service.name == ATT_TAG_SERVICE:
                    self._attest_tag(service, image)
            if "3" in self._cosign:
                signed = self._signature(image, rekor2=service.name in REKOR2_SERVICES)
                self._refer(image, documents.SIGN_PREDICATE, self._alter(service, BUNDLE, signed))
            statement = provenance_statement(
                self._run.identity, service.repository, image["digest"]
            )
            signed = self._run.statement(statement)
            kind = documents.SLSA_PREDICATE
            provenance = self._refer(image, kind, self._alter(service, PROVENANCE, signed))
            if provenance and service.name == SIGNED_PROVENANCE_SERVICE:
                self._refer(provenance, documents.SIGN_PREDICATE, self._signature(provenance))

    def _signature(self, target: Descriptor, rekor2: bool = False) -> Signed:
        return self._run.statement(signature_statement(target["digest"]), rekor2=rekor2)

    def _sign_tag(self, service: Service, image: Descriptor) -> None:
        payload = simple_signing_payload(service.repository, image["digest"])
        signed = self._run.message(payload, stamp=service.name == TIMESTAMPED_TAG_SERVICE)
        if altered := self._alter(service, TAG, signed):
            self._tag(service, image, "sig", altered.content, SIMPLE_SIGNING, self._annotations(altered))

    def _attest_tag(self, service: Service, image: Descriptor) -> None:
        """`cosign attest` of cosign 2: the signature is inside the envelope, and its annotation is empty."""
        statement = provenance_statement(
            self._run.identity,
            service.repository,
            image["digest"],
            documents.STATEMENT_V01,
        )
        if altered := self._alter(service, ATTESTATION, self._run.statement(statement, intoto=True)):
            annotations = {**self._annotations(altered), "predicateType": documents.SLSA_PREDICATE}
            self._tag(service, image, "att", encoding.compact(altered.envelope()), _DSSE, annotations)

    def _annotations(self, signed: Signed) -> dict[str, str]:
        return signed.annotations(self._run.sigstore.authority.chain)

    def _tag(
        self,
        service: Service,
        image: Descriptor,
        ending: str,
        content: bytes,
        media_type: str,
        annotations: dict[str, str],
    ) -> None:
        layer = self._layout.add(content, media_type)
        manifest = encoding.compact(tag_manifest(self._layout.add, layer, annotations))
        tag = f"sha256-{layout.hex_of(image)}.{ending}"
        self._layout.name(self._layout.add(manifest, layout.MANIFEST), service.image, tag)

    def _refer(self, target: Descriptor, predicate_type: str, signed: Signed | None) -> Descriptor | None:
        if signed is None:
            return None
        manifest = bundle_manifest(self._layout.add, target, predicate_type, signed)
        descriptor = self._layout.add(encoding.compact(manifest), layout.MANIFEST)
        self._layout.list_referrer({**descriptor, "artifactType": evidence.BUNDLE_V03})
        return descriptor
