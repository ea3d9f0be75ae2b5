package import BundleFormat
package import OCI
package import ReleaseSet
import StrictJSON
import Trust

/// What will be recorded of a release besides the outcome, made before anything is pushed.
///
/// Whatever can be wrong with the values or the names of files is refused here, so that after the push nothing but the
/// disk can keep the record from being written.
package struct RecordPlan: Sendable {
    package let bundle: VerifiedBundle
    /// Where the release is put, as messages call it.
    package let target: String
    /// Where clusters pull from.
    package let pullLocation: RegistryLocation?
    /// The values for the mirror; nothing where no registry is mirrored to or the release brings no values.
    package let values: MirroredValues?
    /// Sorted by name, the deployment record not among them.
    let files: [RecordFile]

    static let mirroredValuesName = "release-values.mirrored.yaml"
    static let statementName = "statement.json"

    static func signatureName(_ number: Int) -> String { "statement.\(number).sigstore.json" }

    /// - Parameter pullLocation: What the mirrored values say; `nil` where the target is no registry.
    package init(
        _ bundle: VerifiedBundle, target: String, pullLocation: RegistryLocation?,
    ) throws(Finding) {
        self.bundle = bundle
        self.target = target
        self.pullLocation = pullLocation
        do {
            values = try pullLocation.flatMap { try Self.values(of: bundle, at: $0) }
            files = try Self.files(of: bundle, values: values)
            let document = try FileName(DeploymentRecord.name)
            try FileName.requireDistinct(files.map(\.name) + [document])
        } catch let finding as Finding {
            throw finding
        } catch let error as ReleaseSetError {
            throw Finding(error)
        } catch {
            throw Finding(.internal, "internal", at: .releaseSet, "record: \(error)")
        }
    }

    /// About as many bytes as the record of the release needs.
    package var byteCount: Int64 { files.reduce(1 << 20) { $0 + $1.size } }

    private static func values(of bundle: VerifiedBundle, at location: RegistryLocation) throws
        -> MirroredValues?
    {
        guard let file = bundle.artifact.file(named: ReleaseValues.name) else { return nil }
        return try ReleaseValues(try bundle.bytes(of: file.digest)).mirrored(
            to: location, manifest: bundle.manifest)
    }

    private static func files(of bundle: VerifiedBundle, values: MirroredValues?) throws -> [RecordFile] {
        var files = bundle.artifact.files.map {
            RecordFile(name: $0.name, content: .blob($0.digest, size: $0.size))
        }
        func add(_ name: String, _ bytes: [UInt8]) throws {
            files.append(RecordFile(name: try FileName(name), content: .bytes(bytes)))
        }
        try add(statementName, bundle.listed.bytes)
        for (number, signature) in bundle.listed.reader.front.signatures.enumerated() {
            try add(signatureName(number), signature.bytes)
        }
        if let values { try add(mirroredValuesName, values.bytes) }
        return files.sorted { $0.name < $1.name }
    }
}
