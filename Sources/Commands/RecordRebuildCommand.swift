import ArgumentParser
import BundleFormat
import OCI
import Registry
import ReleaseImport
import ReleaseRecord
import ReleaseSet
import StrictJSON
import SystemPackage
import Trust

/// `cgbundle record rebuild`: write a release's folder again from its bundle.
struct RecordRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Write the folder of a release again from its bundle.",
        discussion: """
            Verifies the bundle as import does, and writes nothing to the target. The old folder is kept as \
            NAME.replaced-N; attachments/ moves to the new one. Digests and tags of the target come from the old \
            deployment-record.json if the log confirms it; otherwise they are read from the target that the log \
            names. Example:

              cgbundle record rebuild v1.0.0 --bundle cloudgrid.tar --key exporter.pub \\
                --trust trust.json --record /srv/cloudgrid-record
            """)

    @Argument(help: ArgumentHelp("Version of the release, as the log has it.", valueName: "version"))
    var version: String

    @Option(help: ArgumentHelp("Bundle of the release.", valueName: "file"))
    var bundle: String

    @Option(help: ArgumentHelp("Folder of the record.", valueName: "dir"))
    var record: String

    @Option(
        help: ArgumentHelp(
            "Names of the repositories, if they are read from the target.", valueName: "generic|flat"))
    var targetProfile: TargetProfile = .generic

    @OptionGroup var trust: TrustFileOption
    @OptionGroup var signers: SignerOptions
    @OptionGroup(title: "Vendor") var vendor: VendorOptions
    @OptionGroup var mirror: MirrorOptions
    @OptionGroup var acceptance: AcceptanceFlags
    @OptionGroup var missing: MissingParts
    @OptionGroup(title: "Registry") var access: RegistryAccess
    @OptionGroup var work: WorkOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !record.isEmpty else { throw ValidationError("--record takes the path of a folder") }
        guard (try? ReleaseVersion(version)) != nil else {
            throw ValidationError("\(version): expected a version such as v1.0.0")
        }
    }

    func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) { try await command.rebuild(printer) }
    }

    private func rebuild(_ printer: Printer) async throws {
        let gates = BundleGates(
            trust: trust, signers: signers, vendor: vendor, acceptance: acceptance, missing: missing,
            width: work.concurrency, printer: printer)
        let admitted = try await gates.admit({ try BundleReader(FilePath(bundle)) }) {
            try RecordDesk(existing: record)
        } check: { statement, desk in
            guard statement.version.text == version else {
                throw Finding(
                    .policy, "version.mismatch", at: .policy,
                    "\(bundle): statement: version is \(statement.version), expected \(version)")
            }
            _ = try desk.locked?.lastAccepted(ReleaseID(statement))
        }
        guard let locked = admitted.desk.locked else { return }
        let id = ReleaseID(admitted.bundle.statement)
        printer.warnings(try locked.recover(id))
        let accepted = try locked.lastAccepted(id)
        let result =
            if let deployed = try locked.deployed(id, bundle: admitted.bundle) {
                try contents(admitted, accepted, deployed)
            } else {
                try await contents(admitted, accepted, printer)
            }
        try locked.requireRoom(forRebuilding: result.plan)
        let written = try locked.write(result)
        let source = result.rebuilt?.source ?? .record
        try printer.json([
            "ok": true, "record": .string(written.folder.string), "digestsFrom": .string(source.rawValue),
            "replaced": .array(written.change.kept.map { .string($0.string) }),
        ])
        printer.line("record: \(written.folder)")
        for folder in written.change.kept { printer.line("  old folder  \(folder)") }
        switch source {
        case .record: printer.line("  digests     from the old deployment-record.json, as in the log")
        case .target: printer.line("  digests     read from \(accepted.target)")
        }
    }

    /// Contents with the digests of the old `deployment-record.json`.
    private func contents(
        _ admitted: AdmittedBundle, _ accepted: AcceptedRelease, _ deployed: DeployedRelease,
    ) throws -> RecordContents {
        let naming = deployed.naming
        let location = try deployed.pullLocation.map { (text) throws(ReferenceError) in
            try RegistryLocation(text, naming: naming)
        }
        let secret = try deployed.pullSecret.map { (text) throws(ReleaseSetError) in
            try PullSecretName(text)
        }
        let plan = try RecordPlan(
            admitted.bundle, target: accepted.target, naming: naming,
            pullLocation: try mirror.pullLocation(naming: naming) ?? location,
            pullSecret: try mirror.pullSecretName() ?? secret, vendor: admitted.vendor)
        return contents(
            admitted, plan, tags: deployed.tags, leftAlone: deployed.leftAlone, deployed.counts,
            importedAt: deployed.importedAt, from: .record)
    }

    /// Contents with the digests that the target gives now.
    private func contents(
        _ admitted: AdmittedBundle, _ accepted: AcceptedRelease, _ printer: Printer,
    ) async throws -> RecordContents {
        let naming = targetProfile.naming
        guard !accepted.target.hasPrefix("/") else {
            let report = try await admitted.readBack(
                LayoutDestination(FilePath(accepted.target)), accepted.target, work.concurrency, printer)
            return try contents(admitted, accepted, report, naming, nil)
        }
        let location = try RegistryLocation(accepted.target, naming: naming)
        let options = try access.options(
            for: [location.host], followsRedirects: false, usesEnvironmentProxy: false,
            connections: work.concurrency)
        let transport = try HTTPTransport(options: options)
        let connection = RegistryConnection(
            host: location.host, namespace: location.prefix, options: options, transport: transport)
        let report: ImportReport
        do {
            report = try await admitted.readBack(
                RegistryDestination(location, connection: connection), accepted.target, work.concurrency,
                printer)
        } catch {
            // The first error is the one to report.
            try? await transport.shutdown()
            throw error
        }
        // Everything was read; an error while closing the connections changes nothing.
        try? await transport.shutdown()
        return try contents(admitted, accepted, report, naming, location)
    }

    private func contents(
        _ admitted: AdmittedBundle, _ accepted: AcceptedRelease, _ report: ImportReport,
        _ naming: RepositoryNaming, _ location: RegistryLocation?,
    ) throws -> RecordContents {
        let plan = try RecordPlan(
            admitted.bundle, target: accepted.target, naming: naming,
            pullLocation: try mirror.pullLocation(naming: naming) ?? location,
            pullSecret: try mirror.pullSecretName(), vendor: admitted.vendor)
        return contents(
            admitted, plan, tags: report.tags.map { RecordContents.TagResult($0) },
            leftAlone: report.leftAlone.map { RecordContents.TagResult($0) },
            RecordContents.Counts(uploaded: 0, uploadedBytes: 0, mounted: 0, manifests: 0, tagged: 0),
            importedAt: accepted.time, from: .target)
    }

    private func contents(
        _ admitted: AdmittedBundle, _ plan: RecordPlan, tags: [RecordContents.TagResult],
        leftAlone: [RecordContents.TagResult], _ counts: RecordContents.Counts, importedAt: Timestamp,
        from source: RecordContents.Rebuilt.Source,
    ) -> RecordContents {
        RecordContents(
            plan: plan, tags: tags, leftAlone: leftAlone, counts: counts, warnings: admitted.warnings,
            options: (trust.trust.map { ["--trust \($0)"] } ?? []) + vendor.used + mirror.used + missing.used
                + acceptance.used,
            overrides: admitted.overrides, trusted: admitted.trusted, tool: ToolVersion.tool,
            importedAt: importedAt, rebuilt: RecordContents.Rebuilt(time: Clock.now, source: source))
    }
}

extension AdmittedBundle {
    /// Reads the tags of the release in a target that has all of it; writes nothing.
    func readBack(_ target: some Destination, _ name: String, _ width: Int, _ printer: Printer) async throws
        -> ImportReport
    {
        let plan = try await Progress(printer).show { events in
            try await Preflight(target, width: width).plan(bundle, events: events)
        }.0
        guard plan.isDone else {
            throw Finding(
                .policy, "record.undeployed", at: .target,
                "\(name): lacks \(plan.tags) tags of the release; bring them there with `cgbundle import "
                    + "--no-record`, then rebuild the record")
        }
        return try await Progress(printer).show { events in
            try await Importer(target, bundle: bundle, width: width, events: events).carryOut(plan)
        }.0
    }
}

extension RecordContents.TagResult {
    init(_ tag: ImportReport.TagResult) {
        self.init(repository: tag.repository, tag: tag.tag, digest: tag.digest)
    }
}
