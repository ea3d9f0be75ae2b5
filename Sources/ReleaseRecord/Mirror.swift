import BundleFormat
import OCI
import ReleaseSet

/// What the record has for those who install from the mirror: the vendor's files with the mirror's places, and what to type.
struct Mirror: Sendable {
    let location: RegistryLocation
    let pullSecret: PullSecretName?
    /// Nothing where the release brings none.
    let values: MirroredValues?
    let environment: MirroredEnvironment?
    let compose: MirroredCompose?
    /// Every image that values and compose can name.
    let closure: Closure
    private let manifest: ReleaseManifest
    private let extras: [ExtraImage]
    private let originalValues: ReleaseValues?

    init(
        of bundle: VerifiedBundle, chart: PackedChart?, at location: RegistryLocation,
        pullSecret: PullSecretName?,
    ) throws {
        self.location = location
        self.pullSecret = pullSecret
        closure = bundle.closure
        manifest = bundle.manifest
        let extras = bundle.index.entries.filter { $0.kind == .extraImage }.map {
            ExtraImage(repository: $0.repository, digest: $0.digest, source: $0.sourceName)
        }
        self.extras = extras
        let original = try bundle.artifact.file(named: ReleaseValues.name).map { file in
            try ReleaseValues(try bundle.bytes(of: file.digest))
        }
        originalValues = original
        values = try original?.mirrored(
            to: location, manifest: bundle.manifest, extras: extras, pullSecret: pullSecret,
            chart: try chart?.values ?? [])
        let settings = bundle.manifest.compose?.envExample?.text ?? EnvironmentFile.name
        let example = try bundle.artifact.file(named: settings).map { file in
            let bytes = try bundle.bytes(of: file.digest, limit: EnvironmentFile.sizeLimit)
            return try EnvironmentFile(bytes, document: settings)
        }
        environment = try example?.mirrored(to: location, manifest: bundle.manifest, extras: extras)
        let carried = Set(bundle.index.entries.filter { $0.kind == .image }.map(\.digest))
        let name = bundle.manifest.compose?.file?.text ?? ComposeFile.name
        compose = try bundle.artifact.file(named: name).map { file in
            let bytes = try bundle.bytes(of: file.digest, limit: YAMLDocument.sizeLimit)
            return try ComposeFile(bytes, document: name).mirrored(
                to: location, images: bundle.manifest.images.filter { carried.contains($0.digest) },
                extras: extras,
                settings: example.map { ComposeEnvironment($0, document: settings).settings } ?? [:],
                files: Set(bundle.artifact.files.map(\.name.text)))
        }
    }

    /// - Parameter chart: Nothing where the bundle has none; there is nothing to install then.
    func files(chart: PackedChart?, version: ReleaseVersion) throws(ReleaseSetError) -> [RecordFile] {
        let secret = PullSecret(name: pullSecret ?? .documented, host: location.host)
        let report = ValuesReport(
            values: values, environment: environment, compose: compose, closure: closure)
        var files = [
            RecordFile(try FileName(PullSecret.fileName), in: .install, .bytes(secret.bytes)),
            RecordFile(try FileName(ValuesReport.name), in: .install, .bytes(report.bytes)),
        ]
        if let values {
            files.append(
                RecordFile(try FileName(RecordPlan.mirroredValuesName), in: .install, .bytes(values.bytes)))
        }
        if let environment { files.append(try ComposeKit.template(environment)) }
        if let compose {
            files += try ComposeKit(
                version: version, location: location, compose: compose, environment: environment
            ).files()
        }
        if values != nil, let chart { files += try installer(of: chart, version: version) }
        return files
    }

    /// The script and the values that it has helm read last.
    private func installer(
        of chart: PackedChart, version: ReleaseVersion,
    ) throws(ReleaseSetError) -> [RecordFile] {
        let inChart = try chart.files.sorted { $0.key < $1.key }.map { path, bytes throws(ReleaseSetError) in
            try ReleaseValues(bytes, name: "chart: \(path)")
        }
        let last = try LastValues(
            for: manifest, extras: extras, at: location, pullSecret: pullSecret,
            lookingIn: (originalValues.map { [$0] } ?? []) + inChart)
        let script = InstallScript(
            version: version, location: location, chart: RecordPart.release.path(chart.archive.name.text),
            hasProfile: chart.files[InstallScript.profileName] != nil, pullSecret: pullSecret)
        return [
            RecordFile(try FileName(LastValues.name), in: .install, .bytes(last.bytes)),
            RecordFile(
                try FileName(InstallScript.name), in: .install, .bytes(script.bytes), isExecutable: true),
        ]
    }
}
