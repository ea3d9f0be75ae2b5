"""The documents that speak about an image: SPDX, SARIF, in-toto."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from . import encoding
from .facts import CREATED_TEXT, REGISTRY, Release, Service
from .fulcio import Identity

SPDX_PREDICATE = "https://spdx.dev/Document"
SLSA_PREDICATE = "https://slsa.dev/provenance/v1"
SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
STATEMENT_V01 = "https://in-toto.io/Statement/v0.1"
STATEMENT_V1 = "https://in-toto.io/Statement/v1"

# Names that exist nowhere, so that no scanner and no reader takes the sample for news.
_COMPONENTS = (("example-libc", "2.36-9"), ("example-tls", "3.0.14-1"), ("example-yaml", "1.8.2"))


class Finding(NamedTuple):
    """A vulnerability as grype reports it; without a fixed version there is none."""

    cve: str
    package: str
    version: str
    fixed: str
    severity: str
    score: str
    level: str

    @property
    def rule(self) -> str:
        return f"{self.cve}-{self.package}"


_FINDINGS = (
    Finding("CVE-2099-1001", "example-tls", "3.0.14-1", "3.0.15-1", "high", "7.5", "error"),
    Finding("CVE-2099-1002", "example-yaml", "1.8.2", "1.8.3", "medium", "5.3", "warning"),
    Finding("CVE-2099-1003", "example-libc", "2.36-9", "", "low", "3.1", "note"),
)
EXCEPTED_FINDING = _FINDINGS[0]


def spdx(
    name: str, version: str, purl: str | None, sha256: str, created: str = CREATED_TEXT
) -> dict[str, Any]:
    """SPDX 2.3: one described package with its digest, and what it contains."""
    main = {
        "name": name,
        "SPDXID": "SPDXRef-DocumentRoot",
        "versionInfo": version,
        "supplier": "Organization: CloudGrid",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": sha256}],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    }
    if purl is not None:
        main["externalRefs"] = [_purl_reference(purl)]
    packages, relationships = [main], [_relation("SPDXRef-DOCUMENT", "DESCRIBES", main["SPDXID"])]
    if purl is not None:
        for component, component_version in _COMPONENTS:
            packages.append(_component(component, component_version))
            relationships.append(_relation(main["SPDXID"], "CONTAINS", packages[-1]["SPDXID"]))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://cloudgrid.example/spdx/{quote(name, safe='')}-{sha256}",
        "creationInfo": {
            "licenseListVersion": "3.25",
            "creators": ["Organization: CloudGrid", "Tool: make-testdata"],
            "created": created,
        },
        "packages": packages,
        "relationships": relationships,
    }


def _component(name: str, version: str) -> dict[str, Any]:
    return {
        "name": name,
        "SPDXID": f"SPDXRef-Package-{name}",
        "versionInfo": version,
        "supplier": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
        "externalRefs": [_purl_reference(f"pkg:generic/{name}@{version}")],
    }


def _purl_reference(purl: str) -> dict[str, str]:
    return {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": purl,
    }


def _relation(element: str, kind: str, related: str) -> dict[str, str]:
    return {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": related}


def image_spdx(service: Service, release: Release, digest: str) -> dict[str, Any]:
    """What syft writes for an image: the purl names the index digest, and its colon is percent-encoded."""
    purl = (
        f"pkg:oci/{service.image}@{quote(digest, safe='')}"
        f"?repository_url={REGISTRY}/{service.image}&tag={release.version}"
    )
    return spdx(service.repository, release.version, purl, digest.removeprefix("sha256:"))


def sarif(service: Service, digest: str, count: int) -> dict[str, Any]:
    """What grype writes: the first `count` of the findings, each located in the image by digest."""
    findings = _FINDINGS[:count]
    return {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0-rtm.5.json",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "grype",
                        "version": "0.104.0",
                        "informationUri": "https://github.com/anchore/grype",
                        "rules": [_rule(finding) for finding in findings],
                    }
                },
                "results": [_result(f"{service.repository}@{digest}", finding) for finding in findings],
            }
        ],
    }


def _rule(finding: Finding) -> dict[str, Any]:
    text = (
        f"Vulnerability {finding.cve}\nSeverity: {finding.severity}\nPackage: {finding.package}\n"
        f"Version: {finding.version}\nFix Version: {finding.fixed}\nType: deb"
    )
    return {
        "id": finding.rule,
        "name": "DpkgMatcherExactDirectMatch",
        "shortDescription": {
            "text": f"{finding.cve} {finding.severity} vulnerability for {finding.package} package"
        },
        "fullDescription": {"text": f"An example of a finding of {finding.severity} severity."},
        "helpUri": f"https://cloudgrid.example/advisories/{finding.cve}",
        "help": {"text": text, "markdown": f"**{finding.cve}** in `{finding.package}` {finding.version}"},
        "properties": {"security-severity": finding.score},
    }


def _result(image: str, finding: Finding) -> dict[str, Any]:
    path = "/var/lib/dpkg/status"
    return {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {
            "text": f"A {finding.severity} vulnerability in deb package: {finding.package}, "
            f"version {finding.version} was found in image {image} at: {path}"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": image},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
                },
                "logicalLocations": [{"name": path, "fullyQualifiedName": f"{image}:{path}"}],
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": encoding.sha256(f"{image} {finding.rule}".encode()) + ":1"
        },
    }


def statement(kind: str, subject: dict[str, Any], predicate_type: str, predicate: Any) -> dict[str, Any]:
    return {"_type": kind, "predicateType": predicate_type, "subject": [subject], "predicate": predicate}


def subject(digest: str, name: str | None = None) -> dict[str, Any]:
    named = {} if name is None else {"name": name}
    return {**named, "digest": {"sha256": digest.removeprefix("sha256:")}}


def provenance(identity: Identity) -> dict[str, Any]:
    """A SLSA 1.0 predicate, as GitHub's attest action writes it in a run of the workflow."""
    repository = f"https://github.com/{identity.repository}"
    return {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": {"ref": identity.ref, "repository": repository, "path": identity.workflow}
            },
            "internalParameters": {"github": {"event_name": identity.trigger}},
            "resolvedDependencies": [
                {"uri": f"git+{repository}@{identity.ref}", "digest": {"gitCommit": identity.commit}}
            ],
        },
        "runDetails": {
            "builder": {"id": identity.subject},
            "metadata": {"invocationId": f"{repository}/actions/runs/1/attempts/1"},
        },
    }


def build_provenance(release: Release) -> dict[str, Any]:
    """A SLSA 1.0 predicate, as BuildKit writes it of a build from the run's checkout. It names no ref."""
    repository = "https://github.com/cloudgrid-dev/cloudgrid"
    return {
        "buildDefinition": {
            "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
            "externalParameters": {
                "configSource": {"path": "Dockerfile"},
                "request": {"frontend": "dockerfile.v0", "locals": [{"name": "context"}]},
            },
            "internalParameters": {"builderPlatform": "linux/amd64"},
            "resolvedDependencies": [],
        },
        "runDetails": {
            "builder": {"id": f"{repository}/actions/runs/1/attempts/1"},
            "metadata": {
                "invocationId": f"build of {release.commit_tag}",
                "startedOn": CREATED_TEXT,
                "finishedOn": CREATED_TEXT,
                "buildkit_metadata": {"vcs": {"revision": release.commit, "source": repository}},
            },
        },
    }
