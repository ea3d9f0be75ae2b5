import ArgumentParser
import BundleFormat
import Commands
import Glibc
import LibCrypto
import OCI
import Registry
import ReleaseExport
import ReleaseSet
import StrictJSON
import SystemPackage
import Trust
import VendorProof

/// `cgbundle export`: a release into one signed file.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Pack a release into one signed bundle.",
        discussion: """
            FOLDER holds the release files as downloaded; for a version they are fetched from the release host. Images and chart come from the registry that the release \
            manifest names, from a mirror of it, or from an OCI layout. Everything is named, counted and signed \
            before the first blob moves; the file has its name only when it is whole. Stopped, it goes on where it \
            was when it is run again. Examples:

              cgbundle export ./v1.0.0-beta --output cloudgrid.tar --key exporter.key
              cgbundle export ./v1.0.0-beta --output cloudgrid.tar --key exporter.key --images ./layout
              cgbundle export v1.0.0-beta --output cloudgrid.tar --key exporter.key
            """)

    @Argument(
        help: ArgumentHelp(
            "The folder with the release files, or a version to fetch them from the release host.",
            valueName: "folder|version"))
    var folder: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The bundle to write; - writes to standard output.", valueName: "file"))
    var output: String

    @OptionGroup var signing: SigningKeyOptions

    @Option(
        help: ArgumentHelp(
            "Where a version's files are: URL/<version>/<file>. They are fetched without credentials.",
            valueName: "url"))
    var releaseUrl = "https://github.com/cloudgrid-dev/cloudgrid/releases/download"

    @Option(help: ArgumentHelp("A mirror to fetch images and chart from.", valueName: "host[:port]/path"))
    var sourceRegistry: String?

    @Option(
        help: ArgumentHelp(
            "An OCI image layout to take images and chart from; no registry is asked, unless for an --image that it has not got.",
            valueName: "dir"))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "A further image to carry, such as nats or surrealdb, by digest; may be given several times. It becomes "
                + "NAME:TAG in the target, by default the last component of REF and its own tag.",
            valueName: "REF[:TAG]@sha256:…[=NAME:TAG]"))
    var image: [String] = []

    @Option(help: ArgumentHelp("2, 3, … for a further bundle of the same version.", valueName: "n"))
    var revision: Int64 = 1

    @Option(
        help: ArgumentHelp("For whom the bundle is; the importing side expects the same.", valueName: "name"))
    var channel = "release"

    @Option(
        help: ArgumentHelp("When importers stop accepting the bundle.", valueName: "YYYY-MM-DDTHH:MM:SSZ"))
    var expires: String?

    @Flag(help: "Leave the compose files out.")
    var withoutCompose = false

    @Flag(help: "Leave the zips with the programs out.")
    var withoutBinaries = false

    @Flag(help: "Ask and name everything, say what it would take, write nothing.")
    var dryRun = false

    @Flag(help: "Replace an existing file, once the new one is whole.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Ask this transparency log (Rekor v1) for what completes bare signatures of release files, such as "
                + "https://rekor.sigstore.dev. What holds is written beside them and travels.",
            valueName: "url"))
    var rekorLookup: String?

    @OptionGroup var trust: TrustFileOption
    @OptionGroup(title: "Vendor") var vendor: VendorOptions
    @OptionGroup var missing: MissingParts
    @OptionGroup var coverage: CoverageFlag
    @OptionGroup(title: "Registry") var access: RegistryAccess
    @OptionGroup var work: WorkOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard rekorLookup == nil || !dryRun else {
            throw ValidationError(
                "--rekor-lookup writes what it finds beside the release files, --dry-run nothing")
        }
        guard rekorLookup == nil || !vendor.noVendorProof else {
            throw ValidationError(
                "--rekor-lookup takes only what can be verified: --no-vendor-proof has no place with it")
        }
        guard sourceRegistry == nil || images == nil else {
            throw ValidationError("give either --source-registry or --images")
        }
        guard (1...9_007_199_254_740_991).contains(revision) else {
            throw ValidationError("--revision takes a number from 1 on")
        }
        guard (try? FileName(channel)) != nil else {
            throw ValidationError("--channel takes a name of letters, digits and ._+-")
        }
    }

    func run() async throws {
        // With the bundle on standard output nothing else may be there.
        let printer = Printer(format: common.format, isQuiet: common.quiet, usesStandardOutput: output != "-")
        let command = self
        try await CommandRun.perform(printer) { try await command.export(printer) }
    }

    private func export(_ printer: Printer) async throws {
        var request = try request()
        try checkOutput()
        try vendor.notices(beside: try trust.document()).forEach(printer.warning)
        let download = try await download(request, printer)
        // The folder goes when the export is over, whatever came of it.
        defer { withExtendedLifetime(download) {} }
        if let download { request.folder = download.folder.path }
        let bytes = try ReleaseFolder.manifest(in: request.folder)
        let manifest = try ReleaseManifest(json: bytes)
        if let rekorLookup, case .proof(let trust, _) = request.vendor {
            try await RekorLookup(
                url: rekorLookup, options: try access.webOptions(connections: 1), trust: trust,
                printer: printer
            ).run(in: request.folder, of: manifest.version)
        }
        let layout = try images.map { try LayoutSource(FilePath($0)) }
        let named = request.extraImages.filter { layout?.holds($0) != true }
        if let layout, named.isEmpty {
            let report = report(request, download?.notFound, printer)
            try await export(bytes, from: layout, request, report)
            return
        }
        let mirror = try sourceRegistry.map { (text) throws(ReferenceError) in try RegistryLocation(text) }
        let release = mirror.map { [$0.host] } ?? Set(manifest.images.map(\.name.host))
        let hosts = (layout == nil ? release : []).union(named.map(\.vendor.host))
        let options = try access.options(
            for: hosts, followsRedirects: true, usesEnvironmentProxy: true,
            connections: work.concurrency)
        let transport = try HTTPTransport(options: options)
        let source = RegistrySource(mirror: mirror, hosts: hosts, options: options, transport: transport)
        let report = report(request, download?.notFound, printer, patience: options.patience)
        do {
            if let layout {
                let split = SplitSource(layout: layout, registry: source, for: named)
                try await export(bytes, from: split, request, report)
            } else {
                try await export(bytes, from: source, request, report)
            }
        } catch {
            RetryReport(options.patience).text.map(printer.note)
            // What went wrong is worth more than how the connections were closed.
            try? await transport.shutdown()
            throw error
        }
        RetryReport(options.patience).text.map(printer.note)
        for warning in source.summaries.flatMap(\.warnings) { printer.warning(warning) }
        // The bundle stands under its name; how the connections were closed changes nothing.
        try? await transport.shutdown()
    }

    private func export(
        _ manifest: [UInt8], from source: some ImageSource, _ request: ExportRequest,
        _ report: ExportReport,
    ) async throws {
        let progress = Progress(report.printer, waitingWith: report.patience)
        let (plan, _) = try await progress.show { events in
            try await ExportPlanner(request, manifest: manifest, source: source)
                .plan(events: events)
        }
        report.tell(plan)
        if dryRun {
            try report.finish(plan, bundle: plan.bundle, isDryRun: true)
            return
        }
        let exporter = Exporter(plan, request: request)
        let (bundle, _) = try await progress.show { events in
            guard output == "-" else { return try await exporter.write(to: FilePath(output), events: events) }
            try await exporter.stream(to: .standardOutput, events: events)
            return plan.bundle
        }
        try report.finish(plan, bundle: bundle, isDryRun: false)
    }

    private func report(
        _ request: ExportRequest, _ notFound: [FileName]?, _ printer: Printer, patience: Patience? = nil,
    ) -> ExportReport {
        ExportReport(
            output: output, signers: request.keys.map { BundleSigner(KeyID(of: $0.publicKey)) },
            notFound: notFound,
            coverage: coverage, printer: printer, patience: patience)
    }

    /// The release files from the release host, and what it has not got; nothing where a folder was given.
    private func download(
        _ request: ExportRequest, _ printer: Printer,
    ) async throws -> (folder: PrivateFolder, notFound: [FileName])? {
        guard !InputFile.exists(folder), let version = try? ReleaseVersion(folder) else { return nil }
        let options = try access.webOptions(connections: work.concurrency)
        let transport = try HTTPTransport(options: options)
        let result: Result<(PrivateFolder, [FileName]), any Error>
        do {
            guard let files = WebFiles(releaseUrl, options: options, transport: transport) else {
                throw Finding(
                    .usage, "release.url", at: .target,
                    "--release-url: expected https://HOST/PATH, or http with --plain-http HOST")
            }
            let base = output == "-" ? "/tmp/cgbundle" : output
            let place = try PrivateFolder(FilePath("\(base).release-\(getpid())"))
            printer.note("fetching the release files of \(version)")
            let notFound = try await ReleaseDownload(
                version, from: files, into: place.path, width: work.concurrency,
                leavingOut: request.leavingOut
            ).run()
            let companions = notFound.count(where: ReleaseAssets.isCompanion)
            let others = notFound.filter { !ReleaseAssets.isCompanion($0) }.map(\.text)
            let told = others + ["\(companions) of the proofs that may lie beside a file"]
            printer.note("not at the release host: " + told.joined(separator: ", "))
            result = .success((place, notFound))
        } catch {
            result = .failure(error)
        }
        // What went wrong is worth more than how the connections were closed.
        try? await transport.shutdown()
        return try result.get()
    }

    private func request() throws -> ExportRequest {
        let epoch = try Self.sourceDate()
        let createdAt = epoch ?? Clock.now
        return ExportRequest(
            folder: FilePath(folder), keys: try signing.privateKeys(), product: try FileName("cloudgrid"),
            channel: try FileName(channel), revision: revision, createdAt: createdAt,
            isTimeFixed: epoch != nil,
            expires: try expiry(after: createdAt), tool: ToolVersion.tool, width: work.concurrency,
            allowMissing: missing.names, leavingOut: leavingOut,
            extraImages: try image.map { (text) throws(Finding) in try NamedImage(text) },
            vendor: try vendor.demand(beside: try trust.document()))
    }

    private var leavingOut: Set<ReleaseParts.Group> {
        var groups: Set<ReleaseParts.Group> = []
        if withoutCompose { groups.insert(.compose) }
        if withoutBinaries { groups.insert(.binaries) }
        return groups
    }

    private func expiry(after createdAt: Timestamp) throws(Finding) -> Timestamp? {
        guard let expires else { return nil }
        guard let time = Timestamp(expires), time > createdAt else {
            throw Finding(
                .usage, "statement.time", at: .policy,
                "--expires \(expires): expected YYYY-MM-DDTHH:MM:SSZ, later than \(createdAt)")
        }
        return time
    }

    /// What SOURCE_DATE_EPOCH says: the convention of reproducible-builds.org for outputs that repeat.
    private static func sourceDate() throws(Finding) -> Timestamp? {
        guard let text = getenv("SOURCE_DATE_EPOCH").map({ String(cString: $0) }), !text.isEmpty else {
            return nil
        }
        guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else {
            throw Finding(
                .usage, "statement.time", at: .policy,
                "SOURCE_DATE_EPOCH=\(text): expected seconds since 1970")
        }
        return Timestamp(seconds: seconds)
    }

    /// Nothing that is there is replaced unasked, neither the bundle nor the small files beside it; these may be an
    /// interrupted run's own where its unfinished bundle is there too.
    private func checkOutput() throws {
        guard output != "-", !dryRun, !force else { return }
        let path = FilePath(output)
        let companions =
            [BundleFiller.statementPath(beside: path)]
            + signing.keys.indices.map { BundleFiller.signaturePath($0, beside: path) }
        let isResumed = InputFile.exists(OutputFile.partialPath(of: path).string)
        if let found = ([path] + (isResumed ? [] : companions)).first(where: { InputFile.exists($0.string) })
        {
            throw Finding(.usage, "output.exists", at: .file, "\(found): exists; --force replaces it")
        }
    }
}
