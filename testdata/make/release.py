"""The release files, flat as they are downloaded, with the irregularities that real releases have."""

from __future__ import annotations

import base64
import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

from . import chart, documents, encoding
from .facts import BINARY_TARGETS, CREATED, REGISTRY, SERVICES, Release, Service, manifest_sections
from .instance import Run
from .layout import Descriptor
from .signing import ECKey

_COMPOSE_FILES = ("cloudgrid.compose.yaml", "cloudgrid.env.example", "cloudgrid-local.sh")
# How `checksums.txt` is signed: bare and of a part, as today; with the certificate; with all that proves it.
CHECKSUMS = ("bare", "certificate", "bundle", "bundle-of-all")
# Which services `release-values.yaml` pins: all, or those before the manifest's first SPDX document, where the vendor's
# generator stops.
VALUES = ("complete", "partial")
_BINARY_SIZE = 2048
_MAGIC = {"linux": b"\x7fELF", "darwin": b"\xcf\xfa\xed\xfe", "windows": b"MZ\x90\x00"}


class ReleaseFiles:
    """Collects the files of one release and writes them."""

    def __init__(self, release: Release, images: dict[str, Descriptor], packed_chart: bytes) -> None:
        self._release = release
        self._digests = {name: image["digest"] for name, image in images.items()}
        self._chart_name = f"cloudgrid-{release.chart_version}.tgz"
        self._files: dict[str, bytes] = {self._chart_name: packed_chart}

    def write(
        self,
        folder: Path,
        run: Run,
        checksums: str = "bare",
        attestations: bool = False,
        values: str = "complete",
    ) -> None:
        """Writes all. `checksums` is one of `CHECKSUMS`, `values` one of `VALUES`."""
        self._add_reports()
        manifest = self._manifest()
        self._files["release-manifest.json"] = encoding.document(manifest)
        pinned = manifest["images"]
        if values == "partial":
            pinned = list(itertools.takewhile(lambda entry: "image" in entry, pinned))
        self._files["release-values.yaml"] = self._values(pinned).encode()
        for name in _COMPOSE_FILES:
            self._files[name] = chart.filled(chart.FILES / "compose" / name, self._release)
        self._add_checksums(run, checksums)
        self._add_binaries()
        if attestations:
            self._add_attestations(run)

        folder.mkdir(parents=True)
        for name, content in self._files.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o755 if name.endswith(".sh") else 0o644)

    def _add_reports(self) -> None:
        for position, service in enumerate(SERVICES):
            digest = self._digests[service.name]
            sbom = documents.image_spdx(service, self._release, digest)
            # Every fourth scan is clean; the others hold one, two or three findings.
            report = documents.sarif(service, digest, (position + 1) % 4)
            self._files[f"{service.image}.spdx.json"] = encoding.document(sbom)
            self._files[f"{service.image}.grype.sarif"] = encoding.document(report)
        packed = encoding.sha256(self._files[self._chart_name])
        chart_sbom = documents.spdx("cloudgrid", self._release.chart_version, None, packed)
        self._files["cloudgrid-chart.spdx.json"] = encoding.document(chart_sbom)

    def _manifest(self) -> dict[str, Any]:
        """`release-manifest.json`, in whose `images` the SPDX documents of the same folder have slipped."""
        images = []
        for service in sorted(SERVICES, key=lambda service: service.image):
            sbom = f"{service.image}.spdx.json"
            images.append(
                {
                    "image": service.repository,
                    "versionTag": self._release.version,
                    "commitTag": self._release.commit_tag,
                    "digest": self._digests[service.name],
                    "sbom": sbom,
                    "scan": f"{service.image}.grype.sarif",
                }
            )
            images.append(documents.image_spdx(service, self._release, self._digests[service.name]))
        finding = documents.EXCEPTED_FINDING
        excepted = SERVICES[0]
        return {
            "version": self._release.version,
            "commit": self._release.commit,
            "images": images,
            **manifest_sections(),
            "vulnerabilityExceptions": [
                {
                    "package": finding.package,
                    "cve": finding.cve,
                    "image": f"{excepted.repository}@{self._digests[excepted.name]}",
                    "justification": "The vulnerable function is not reachable from this service.",
                    "owner": "security@cloudgrid.example",
                    "expires": "2027-03-31",
                }
            ],
        }

    def _values(self, pinned: list[dict[str, Any]]) -> str:
        """`release-values.yaml` with the services that the entries name."""
        names = {entry.get("image") for entry in pinned}
        lines = [
            f"# Images of CloudGrid {self._release.version}, pinned by digest.",
            "# Written by the release workflow; do not edit, layer your own values on top.",
            "global:",
            f"  imageRegistry: {REGISTRY}",
        ]
        for service in SERVICES:
            if service.repository not in names:
                continue
            lines += [
                f"{service.values_key}:",
                "  image:",
                f"    repository: {service.image}",
                f"    digest: {self._digests[service.name]}  # {self._release.version}",
            ]
        return "\n".join(lines) + "\n"

    def _add_checksums(self, run: Run, kind: str) -> None:
        """`checksums.txt`, signed after its first line and then appended to, as the workflow does.

        The signature is keyless: its key is gone, and the certificate is not among the release's files.
        """
        signed = self._checksum_line("artifacts/chart", self._chart_name)
        appended = self._checksum_line("artifacts", "release-manifest.json")
        for name in _COMPOSE_FILES:
            appended += self._checksum_line("artifacts/compose", name)
        whole, part = (signed + appended).encode(), signed.encode()
        self._files["checksums.txt"] = whole
        if kind == "bare":
            key = ECKey.of_seed(f"checksums.txt {self._release.version}")
            self._files["checksums.txt.sig"] = base64.b64encode(key.sign(part))
            return
        made = run.message(whole if kind == "bundle-of-all" else part)
        if kind == "certificate":
            self._files["checksums.txt.sig"] = base64.b64encode(made.signature)
            self._files["checksums.txt.pem"] = made.signatory.pem.encode()
        else:
            self._files["checksums.txt.sigstore.json"] = encoding.compact(made.bundle())

    def _add_attestations(self, run: Run) -> None:
        """How files were built, in JSON lines: two statements about several of them, and one beside its file."""
        zips = [name for name in self._files if name.endswith(".zip")]
        packed = [self._chart_name, "release-manifest.json"]
        values = ["release-values.yaml"]
        lines = [self._provenance(run, names) for names in (zips, packed)]
        alone = self._provenance(run, values)
        self._files["attestations.jsonl"] = b"".join(line + b"\n" for line in lines)
        self._files[f"{values[0]}.intoto.jsonl"] = alone + b"\n"

    def _provenance(self, run: Run, names: list[str]) -> bytes:
        subjects = [documents.subject(encoding.sha256(self._files[name]), name) for name in names]
        predicate = documents.provenance(run.identity)
        kind = documents.STATEMENT_V1
        statement = documents.statement(kind, subjects[0], documents.SLSA_PREDICATE, predicate)
        return encoding.compact(run.statement({**statement, "subject": subjects}).bundle())

    def _add_binaries(self) -> None:
        lines = ""
        for service in SERVICES:
            if not service.has_binaries:
                continue
            for system, architecture in BINARY_TARGETS:
                name = f"{service.name}_{self._release.version}_{system}_{architecture}.zip"
                self._files[name] = self._binary_zip(service, system, architecture)
                lines += self._checksum_line("artifacts/binaries", name)
        self._files["binaries-checksums.txt"] = lines.encode()

    def _checksum_line(self, folder: str, name: str) -> str:
        return f"{encoding.sha256(self._files[name])}  {folder}/{name}\n"

    def _binary_zip(self, service: Service, system: str, architecture: str) -> bytes:
        """The program and its README; stored, because what is in it does not compress."""
        seed = f"{service.name} {system} {architecture} {self._release.version}"
        program = _MAGIC[system] + b"".join(encoding.noise(seed, _BINARY_SIZE - 4))
        readme = f"{service.image} {self._release.version} for {system}/{architecture}\n"
        suffix = ".exe" if system == "windows" else ""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, mode, content in (
                (service.name + suffix, 0o755, program),
                ("README.txt", 0o644, readme.encode()),
            ):
                info = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
                # zipfile takes the system from the machine it runs on, so it is named here.
                info.create_system, info.external_attr = 3, (0o100000 | mode) << 16
                archive.writestr(info, content)
        return buffer.getvalue()
