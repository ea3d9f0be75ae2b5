package import BundleFormat
package import OCI
package import ReleaseSet
import StrictJSON
import Trust
package import VendorProof

/// What will be recorded of a release besides the outcome, made before anything is pushed.
///
/// Whatever can be wrong with the values or the names of files is refused here, so that after the push nothing but the
/// disk can keep the record from being written.
package struct RecordPlan: Sendable {
    package let bundle: VerifiedBundle
    /// Where the release is put, as messages call it.
    package let target: String
    /// How the target calls the repositories of the bundle.
    package let naming: RepositoryNaming
    /// Where clusters pull from.
    package let pullLocation: RegistryLocation?
    /// The secret that the values name; nothing where the operator named none.
    package let pullSecret: PullSecretName?
    /// The values for the mirror; nothing where no registry is mirrored to or the release brings no values.
    package let values: MirroredValues?
    /// The settings for compose at the mirror.
    package let environment: MirroredEnvironment?
    /// What is known of the origin of everything in the bundle.
    package let vendor: VendorReport
    /// Sorted by path; the deployment record is not among them.
    let files: [RecordFile]

    static let mirroredValuesName = "release-values.mirrored.yaml"
    static let statementName = "statement.json"
    static let verificationName = "verification.json"

    static func signatureName(_ number: Int) -> String { "statement.\(number).sigstore.json" }

    /// - Parameters:
    ///   - pullLocation: What the mirrored values say; `nil` where the target is no registry.
    ///   - pullSecret: What the values are to name as well.
    package init(
        _ bundle: VerifiedBundle, target: String, naming: RepositoryNaming = .nested,
        pullLocation: RegistryLocation?,
        pullSecret: PullSecretName? = nil, vendor: VendorReport,
    ) throws(Finding) {
        self.bundle = bundle
        self.vendor = vendor
        self.target = target
        self.naming = naming
        self.pullLocation = pullLocation
        self.pullSecret = pullSecret
        do {
            let chart = try bundle.chart()
            let mirror = try pullLocation.map {
                try Mirror(of: bundle, chart: chart, at: $0, pullSecret: pullSecret)
            }
            values = mirror?.values
            environment = mirror?.environment
            var files = try RecordFile.brought(by: bundle)
            files += try chart.map { try RecordFile.files(of: $0, in: bundle.artifact) } ?? []
            files += try mirror.map { try $0.files(chart: chart, version: bundle.statement.version) } ?? []
            files.append(
                RecordFile(
                    try FileName(Self.verificationName), in: .evidence,
                    .bytes(try JSONValue.object(vendor.json).pretty())))
            try RecordFile.requireDistinct(files)
            self.files = files.sorted { $0.path < $1.path }
        } catch let finding as Finding {
            throw finding
        } catch let error as ReleaseSetError {
            throw Finding(error)
        } catch {
            throw Finding(.internal, "internal", at: .releaseSet, "record: \(error)")
        }
    }

    /// About as many bytes as the record of the release needs on a disk with blocks of 4 KiB.
    package var byteCount: Int64 { files.reduce(1 << 20) { $0 + ($1.size + 8191) / 4096 * 4096 } }

    /// The list of files as `deployment-record.json` has it.
    var recordedFiles: [String: EarlierRecord.File] {
        Dictionary(files.map { ($0.path, EarlierRecord.File(digest: $0.digest, size: $0.size)) }) { $1 }
    }

    /// Every path that the record of the release has, those of folders too.
    var knownPaths: Set<String> {
        var paths: Set = [DeploymentRecord.name]
        for file in files {
            var path = file.part.name
            paths.insert(path)
            for folder in file.folders {
                path += "/" + folder.text
                paths.insert(path)
            }
            paths.insert(file.path)
        }
        return paths
    }

    var hasInstallScript: Bool { files.contains { $0.path == RecordPart.install.path(InstallScript.name) } }
}

extension RecordFile {
    /// The files of the release, and what proves the bundle.
    fileprivate static func brought(by bundle: VerifiedBundle) throws -> [RecordFile] {
        let statement = RecordFile(
            try FileName(RecordPlan.statementName), in: .evidence, .bytes(bundle.listed.bytes))
        let signatures = try bundle.listed.reader.front.signatures.enumerated().map { number, signature in
            RecordFile(
                try FileName(RecordPlan.signatureName(number)), in: .evidence, .bytes(signature.bytes))
        }
        return bundle.artifact.files.map {
            RecordFile($0.name, in: .release, .blob($0.digest, size: $0.size))
        }
            + [statement] + signatures
    }

    /// The chart's own files in `install/chart`, and the packed chart unless it is a file of the release.
    fileprivate static func files(
        of chart: PackedChart, in artifact: ReleaseArtifact,
    ) throws(ReleaseSetError) -> [RecordFile] {
        let folder = try FileName("chart")
        var files = try chart.files.map { path, bytes throws(ReleaseSetError) in
            let names = try path.split(separator: "/").map { name throws(ReleaseSetError) in
                try FileName(String(name))
            }
            guard let name = names.last else { throw .fileName(path) }
            return RecordFile(name, in: .install, below: [folder] + names.dropLast(), .bytes(bytes))
        }
        if artifact.file(named: chart.archive.name.text) == nil {
            files.append(
                RecordFile(
                    chart.archive.name, in: .release, .blob(chart.archive.digest, size: chart.archive.size)))
        }
        return files
    }
}
