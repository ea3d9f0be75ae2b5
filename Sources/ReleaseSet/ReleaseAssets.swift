/// The files that a release may have where the vendor publishes it, known from its manifest alone.
///
/// Where the release host has no list of them, every file is asked for by its name.
package struct ReleaseAssets: Sendable {
    private let manifest: ReleaseManifest
    private let leftOut: Set<ReleaseParts.Group>

    /// - Parameter leftOut: the groups that stay behind; none of their files is named.
    package init(of manifest: ReleaseManifest, leavingOut leftOut: Set<ReleaseParts.Group>) {
        self.manifest = manifest
        self.leftOut = leftOut
    }

    /// Those that the manifest promises and those that every release may have, sorted; without the manifest itself.
    package var names: [FileName] { wanted(promised + fixed + attestations + binaries) }

    /// Those of `names` that a complete release has: reported as absent if a list of the host lacks them.
    package var expected: [FileName] { wanted(promised + fixed) }

    /// What a reviewer would look for in vain among `files`: files without which a release is whole, and proofs of its
    /// checksum lists and its manifest.
    package func absent(from files: Set<FileName>) -> [FileName] {
        let proved = files.filter { ReleaseParts.isChecksumList($0) || $0.text == ReleaseManifest.name }
        let proofs = Self.companions(of: proved, endings: Self.signatures)
        let certificates = Self.certificates(of: files.intersection(proofs))
        return Set(wanted(fixed.filter { !promised.contains($0) } + proofs + certificates))
            .subtracting(files).sorted()
    }

    /// What may lie beside a file and prove it. Anything of a release may be signed, but not what signs.
    package static func companions(of files: some Sequence<FileName>) -> [FileName] {
        companions(of: files, endings: signatures + BundleLines.endings)
    }

    private static func companions(of files: some Sequence<FileName>, endings: [String]) -> [FileName] {
        files.filter { !isCompanion($0) }.flatMap { name in
            // A name that has no room for the ending has no such file.
            endings.compactMap { try? FileName(name.text + $0) }
        }
    }

    /// Whether a name is that of something which lies beside a file and proves it.
    package static func isCompanion(_ name: FileName) -> Bool {
        ReleaseParts.proofEndings.contains { name.text.hasSuffix($0) }
    }

    /// The certificates that go with bare signatures; without its signature none has a meaning.
    package static func certificates(of files: some Sequence<FileName>) -> [FileName] {
        files.filter { $0.text.hasSuffix(signature) }.compactMap {
            try? FileName(String($0.text.dropLast(signature.utf8.count)) + certificate)
        }
    }

    private static let signature = ".sig"
    private static let certificate = ".pem"
    private static let signatures = ReleaseParts.signatureEndings.filter { $0 != certificate }

    private func wanted(_ names: [FileName]) -> [FileName] {
        Set(names).filter { name in !leftOut.contains { manifest.lists(name, in: $0) } }.sorted()
    }

    private var promised: [FileName] {
        let images = manifest.images.flatMap { image in
            [
                image.sbom ?? named(image.shortName + ".spdx.json"),
                image.scan ?? named(image.shortName + ".grype.sarif"),
            ]
        }
        let sections = [
            manifest.chart?.sbom ?? named("cloudgrid-chart.spdx.json"),
            manifest.chart?.releaseValues ?? named(ReleaseValues.name),
            manifest.compose?.file, manifest.compose?.envExample, manifest.binaries?.checksums,
            named(manifest.version.chartArchive),
        ]
        return (images + sections).compactMap(\.self)
    }

    private var fixed: [FileName] {
        [
            "checksums.txt", "binaries-checksums.txt", ReleaseValues.name, "cloudgrid-chart.spdx.json",
            "cloudgrid.compose.yaml", EnvironmentFile.name, "cloudgrid-local.sh",
        ].compactMap(named)
    }

    /// Files of attestations, which say themselves what they are about: of the release as a whole under the names that the
    /// usual tools give them, and one for each image.
    private var attestations: [FileName] {
        let names = ["attestation", "attestations", "multiple"] + manifest.images.map(\.shortName)
        return names.flatMap { name in BundleLines.endings.compactMap { named(name + $0) } }
    }

    /// The zips of every service and their checksum files. They are asked for even if no list names them, because the
    /// published `checksums.txt` may be the chart's.
    private var binaries: [FileName] {
        let services = manifest.images.map(\.shortName).filter { name in
            ReleaseService.all.first { $0.image == name }?.hasBinaries ?? true
        }
        return Self.platforms.flatMap { system, processor in
            ["checksums-\(system)-\(processor).txt"]
                + services.map { image in
                    let service =
                        image.hasPrefix(Self.product) ? String(image.dropFirst(Self.product.count)) : image
                    return "\(service)_\(manifest.version)_\(system)_\(processor).zip"
                }
        }.compactMap(named)
    }

    private static let product = "cloudgrid-"
    private static let platforms = [
        ("linux", "amd64"), ("linux", "arm64"), ("darwin", "amd64"), ("darwin", "arm64"),
        ("windows", "amd64"),
    ]

    private func named(_ text: String) -> FileName? { try? FileName(text) }
}
