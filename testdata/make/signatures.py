"""What proves the images: cosign's tags and Sigstore bundles as referrers, by the release workflow."""

from __future__ import annotations

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
from .instance import Run
from .layout import Descriptor, Layout

_SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
_DSSE = "application/vnd.dsse.envelope.v1+json"
_WORKFLOW_BUILD_TYPE = "https://actions.github.io/buildtypes/workflow/v1"
_NO_TIME = "0001-01-01T00:00:00Z"


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


class Prover:
    """Adds to each image what the release workflow adds after the push."""

    def __init__(self, target: Layout, release: Release, run: Run) -> None:
        self._layout = target
        self._release = release
        self._run = run

    def prove(self, images: dict[str, Descriptor]) -> None:
        for service in SERVICES:
            image = images[service.name]
            tag = f"sha256-{layout.hex_of(image)}"
            self._layout.name(self._signature_tag(service, image), service.image, f"{tag}.sig")
            if service.name == ATT_TAG_SERVICE:
                self._layout.name(self._attestation_tag(service, image), service.image, f"{tag}.att")
            self._signature_bundle(image, rekor2=service.name in REKOR2_SERVICES)
            provenance = self._provenance_bundle(service, image)
            if service.name == SIGNED_PROVENANCE_SERVICE:
                self._signature_bundle(provenance)

    def _signature_tag(self, service: Service, image: Descriptor) -> Descriptor:
        payload = simple_signing_payload(service.repository, image["digest"])
        signed = self._run.message(payload, stamp=service.name == TIMESTAMPED_TAG_SERVICE)
        return self._tagged(payload, _SIMPLE_SIGNING, signed.annotations(self._run.sigstore.authority.chain))

    def _attestation_tag(self, service: Service, image: Descriptor) -> Descriptor:
        """`cosign attest` of cosign 2: the signature is inside the envelope, and its annotation is empty."""
        statement = self._provenance(documents.STATEMENT_V01, service, image)
        signed = self._run.statement(statement, intoto=True)
        annotations = signed.annotations(self._run.sigstore.authority.chain)
        annotations["predicateType"] = documents.SLSA_PREDICATE
        return self._tagged(encoding.compact(signed.envelope()), _DSSE, annotations)

    def _tagged(self, content: bytes, media_type: str, annotations: dict[str, str]) -> Descriptor:
        layer = self._layout.add(content, media_type)
        config = {
            "architecture": "",
            "created": _NO_TIME,
            "history": [{"created": _NO_TIME}],
            "os": "",
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
            "config": {},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": layout.MANIFEST,
            "config": self._layout.add(encoding.compact(config), layout.IMAGE_CONFIG),
            "layers": [{**layer, "annotations": annotations}],
        }
        return self._layout.add(encoding.compact(manifest), layout.MANIFEST)

    def _signature_bundle(self, target: Descriptor, rekor2: bool = False) -> None:
        """`cosign sign` of cosign 3: an empty in-toto predicate of the type that says "signed"."""
        subject = documents.subject(target["digest"])
        kind = documents.SIGN_PREDICATE
        statement = documents.statement(documents.STATEMENT_V1, subject, kind, {})
        self._referrer(target, kind, self._run.statement(statement, rekor2=rekor2))

    def _provenance_bundle(self, service: Service, image: Descriptor) -> Descriptor:
        statement = self._provenance(documents.STATEMENT_V1, service, image)
        return self._referrer(image, documents.SLSA_PREDICATE, self._run.statement(statement))

    def _provenance(self, kind: str, service: Service, image: Descriptor) -> dict[str, Any]:
        subject = documents.subject(image["digest"], service.repository)
        predicate = documents.provenance(self._release, _WORKFLOW_BUILD_TYPE)
        return documents.statement(kind, subject, documents.SLSA_PREDICATE, predicate)

    def _referrer(self, target: Descriptor, predicate_type: str, signed: Signed) -> Descriptor:
        bundle = encoding.compact(signed.bundle())
        manifest = {
            "schemaVersion": 2,
            "mediaType": layout.MANIFEST,
            "artifactType": evidence.BUNDLE_V03,
            "config": self._layout.add(b"{}", layout.EMPTY),
            "layers": [self._layout.add(bundle, evidence.BUNDLE_V03)],
            "subject": {key: target[key] for key in ("mediaType", "digest", "size")},
            "annotations": {
                "dev.sigstore.bundle.content": "dsse-envelope",
                "dev.sigstore.bundle.predicateType": predicate_type,
                "org.opencontainers.image.created": CREATED_TEXT,
            },
        }
        descriptor = self._layout.add(encoding.compact(manifest), layout.MANIFEST)
        self._layout.list_referrer({**descriptor, "artifactType": evidence.BUNDLE_V03})
        return descriptor
