package import ArgumentParser
import BundleFormat
import OCI
import Registry
import ReleaseImport
import ReleaseRecord
import ReleaseSet
import SystemPackage
import Trust
import VendorProof

/// `cgbundle import`: a verified bundle into the internal registry, or into an OCI layout.
package struct ImportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Check a bundle again and load it into the internal registry.",
        discussion: """
            Reads the whole bundle first and asks the target, and only then writes: blobs, manifests, and tags last. \
            Existing tags are never moved. Stopped at any point, it can simply be run again. Examples:

              cgbundle import cloudgrid.tar --key exporter.pub \\
                --registry registry.example.com/cloudgrid --record /srv/cloudgrid-record
              cgbundle import cloudgrid.tar --key exporter.pub --layout ./mirror --no-record
            """)

    @OptionGroup package var bundle: BundleArgument
    @OptionGroup package var trust: TrustFileOption
    @OptionGroup package var signers: SignerOptions

    @Option(help: ArgumentHelp("Where the repositories go.", valueName: "host[:port]/path"))
    package var registry: String?

    @Option(
        help: ArgumentHelp(
            "An OCI image layout in place of a registry; made if it is not there.", valueName: "dir"))
    package var layout: String?

    @Option(
        help: ArgumentHelp(
            "The folder that keeps what was imported, and guards against older bundles.", valueName: "dir"))
    package var record: String?

    @Flag(help: "Keep no record. Nothing then guards against an older bundle.")
    package var noRecord = false

    @Flag(help: "Check and ask, say what would be done, write nothing.")
    package var dryRun = false

    @OptionGroup(title: "Vendor") package var vendor: VendorOptions
    @OptionGroup package var target: TargetOptions
    @OptionGroup package var mirror: MirrorOptions
    @OptionGroup package var acceptance: AcceptanceFlags
    @OptionGroup package var missing: MissingParts
    @OptionGroup(title: "Registry") package var access: RegistryAccess
    @OptionGroup package var work: WorkOptions
    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        guard (registry == nil) != (layout == nil) else {
            throw ValidationError("give the target: either --registry HOST/PATH or --layout DIR")
        }
        guard (record == nil) == noRecord else {
            throw ValidationError("give either --record DIR or --no-record")
        }
        guard layout == nil || !(access.isUsed || target.isUsed) else {
            throw ValidationError("--layout asks no registry: the registry options have no meaning with it")
        }
        guard record != nil || !mirror.isUsed else {
            throw ValidationError("--pull-as and --pull-secret are for the record: give --record DIR")
        }
        guard layout == nil || mirror.pullSecret == nil || mirror.pullAs != nil else {
            throw ValidationError("--pull-secret with --layout needs --pull-as HOST/PATH")
        }
    }

    package func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) { try await command.importBundle(printer) }
    }

    private func importBundle(_ printer: Printer) async throws {
        let naming = target.targetProfile.naming
        let location = try registry.map { (text) throws(ReferenceError) in
            try RegistryLocation(text, naming: naming)
        }
        let (pullLocation, pullSecret) = (
            try mirror.pullLocation(naming: naming), try mirror.pullSecretName()
        )
        var options = try access.options(
            for: location.map { [$0.host] } ?? [], followsRedirects: false, usesEnvironmentProxy: false,
            connections: work.concurrency)
        options.bodyLimit = target.bodyLimitBytes
        let recordTarget: RecordTarget? =
            if let location { .registry(location) } else { try layout.map(RecordTarget.layout(named:)) }
        let gates = BundleGates(
            trust: trust, signers: signers, vendor: vendor, acceptance: acceptance, missing: missing,
            width: work.concurrency, printer: printer)
        let admitted = try await gates.admit(bundle.open) {
            try RecordDesk(root: record, isLocked: !dryRun)
        }
        if let recordTarget {
            try admitted.desk.check(
                admitted.bundle.statement, target: recordTarget, ignoring: admitted.revoked, printer)
        }
        var session = ImportSession(
            admitted: admitted, recordTarget: recordTarget?.name ?? "", width: work.concurrency,
            isDryRun: dryRun, options: usedOptions, naming: naming, pullSecret: pullSecret, printer: printer)
        if let location {
            session.patience = options.patience
            let transport = try HTTPTransport(options: options)
            let connection = RegistryConnection(
                host: location.host, namespace: location.prefix, options: options, transport: transport)
            do {
                try await session.run(
                    RegistryDestination(location, connection: connection), named: location.description,
                    pulledFrom: pullLocation ?? location)
            } catch {
                connection.summary.note.map(printer.note)
                RetryReport(options.patience).text.map(printer.note)
                // What went wrong is worth more than how the connections were closed.
                try? await transport.shutdown()
                throw error
            }
            connection.summary.warnings.forEach(printer.warning)
            connection.summary.note.map(printer.note)
            RetryReport(options.patience).text.map(printer.note)
            // Everything was read back; how the connections were closed changes nothing.
            try? await transport.shutdown()
        } else if let layout {
            let folder = FilePath(layout).lexicallyNormalized()
            try await session.run(try LayoutDestination(folder), named: layout, pulledFrom: pullLocation)
        }
    }

    /// The options that the record keeps; nothing that could hold a secret is among them.
    private var usedOptions: [String] {
        var used = ["--concurrency \(work.concurrency)"]
        if let threshold = signers.threshold { used.append("--threshold \(threshold)") }
        used += trust.trust.map { ["--trust \($0)"] } ?? []
        used += vendor.used
        used += access.plainHttp.map { "--plain-http \($0)" }
        used += access.companionHost.map { "--companion-host \($0)" }
        used += access.certificates.used
        return used + target.used + mirror.used + missing.used + acceptance.used
    }
}
