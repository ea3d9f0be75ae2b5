"""What proves the images: cosign's tags and Sigstore bundles as referrers, by the vendor's test key."""

from __future__ import annotations

import base64
from typing import Any

from . import documents, encoding, layout
from .facts import (
    ATT_TAG_SERVICE,
    CREATED_TEXT,
    SERVICES,
    SIGNED_PROVENANCE_SERVICE,
    Release,
    Service,
)
from .layout import Descriptor, Layout
from .signing import Signer

_SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
_DSSE = "application/vnd.dsse.envelope.v1+json"
_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_IN_TOTO = "application/vnd.in-toto+json"
_SIGNATURE = "dev.cosignproject.cosign/signature"
_WORKFLOW_BUILD_TYPE = "https://actions.github.io/buildtypes/workflow/v1"
_NO_TIME = "0001-01-01T00:00:00Z"


class Prover:
    """Adds to each image what the release workflow adds after the push."""

    def __init__(self, target: Layout, release: Release, signer: Signer) -> None:
        self._layout = target
        self._release = release
        self._signer = signer

    def prove(self, images: dict[str, Descriptor]) -> None:
        for service in SERVICES:
            image = images[service.name]
            tag = f"sha256-{layout.hex_of(image)}"
            self._layout.name(self._signature_tag(service, image), service.image, f"{tag}.sig")
            if service.name == ATT_TAG_SERVICE:
                self._layout.name(self._attestation_tag(service, image), service.image, f"{tag}.att")
            self._signature_bundle(image)
            provenance = self._provenance_bundle(service, image)
            if service.name == SIGNED_PROVENANCE_SERVICE:
                self._signature_bundle(provenance)

    def _signature_tag(self, service: Service, image: Descriptor) -> Descriptor:
        """`cosign sign` of cosign 2 (cosign specs, SIGNATURE_SPEC.md)."""
        payload = encoding.compact(
            {
                "critical": {
                    "identity": {"docker-reference": service.repository},
                    "image": {"docker-manifest-digest": image["digest"]},
                    "type": "cosign container image signature",
                },
                "optional": None,
            }
        )
        return self._tagged(payload, _SIMPLE_SIGNING, {_SIGNATURE: self._signer.sign(payload)})

    def _attestation_tag(self, service: Service, image: Descriptor) -> Descriptor:
        """`cosign attest` of cosign 2: the signature is inside the envelope, and its annotation is empty."""
        envelope = self._envelope(self._provenance(documents.STATEMENT_V01, service, image))
        annotations = {_SIGNATURE: "", "predicateType": documents.SLSA_PREDICATE}
        return self._tagged(encoding.compact(envelope), _DSSE, annotations)

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

    def _signature_bundle(self, target: Descriptor) -> Descriptor:
        """`cosign sign` of cosign 3: an empty in-toto predicate of the type that says "signed"."""
        subject = documents.subject(target["digest"])
        kind = documents.SIGN_PREDICATE
        return self._referrer(target, kind, documents.statement(documents.STATEMENT_V1, subject, kind, {}))

    def _provenance_bundle(self, service: Service, image: Descriptor) -> Descriptor:
        statement = self._provenance(documents.STATEMENT_V1, service, image)
        return self._referrer(image, documents.SLSA_PREDICATE, statement)

    def _provenance(self, kind: str, service: Service, image: Descriptor) -> dict[str, Any]:
        subject = documents.subject(image["digest"], service.repository)
        predicate = documents.provenance(self._release, _WORKFLOW_BUILD_TYPE)
        return documents.statement(kind, subject, documents.SLSA_PREDICATE, predicate)

    def _referrer(self, target: Descriptor, predicate_type: str, statement: dict[str, Any]) -> Descriptor:
        bundle = {
            "mediaType": _BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": self._signer.hint}, "tlogEntries": []},
            "dsseEnvelope": self._envelope(statement),
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": layout.MANIFEST,
            "artifactType": _BUNDLE,
            "config": self._layout.add(b"{}", layout.EMPTY),
            "layers": [self._layout.add(encoding.compact(bundle), _BUNDLE)],
            "subject": {key: target[key] for key in ("mediaType", "digest", "size")},
            "annotations": {
                "dev.sigstore.bundle.content": "dsse-envelope",
                "dev.sigstore.bundle.predicateType": predicate_type,
                "org.opencontainers.image.created": CREATED_TEXT,
            },
        }
        descriptor = self._layout.add(encoding.compact(manifest), layout.MANIFEST)
        self._layout.list_referrer({**descriptor, "artifactType": _BUNDLE})
        return descriptor

    def _envelope(self, statement: dict[str, Any]) -> dict[str, Any]:
        """DSSE 1.0: what is signed is the pre-authentication encoding, never the payload alone."""
        payload = encoding.compact(statement)
        signed = b"DSSEv1 %d %s %d %s" % (len(_IN_TOTO), _IN_TOTO.encode(), len(payload), payload)
        return {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": _IN_TOTO,
            "signatures": [{"sig": self._signer.sign(signed)}],
        }
