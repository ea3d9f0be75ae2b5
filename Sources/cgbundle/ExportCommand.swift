import ArgumentParser
import BundleFormat
import Commands
import LibCrypto
import OCI
import Registry
import ReleaseExport
import ReleaseSet
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

            With several signers, or a key that lives elsewhere, the statement is written first, signed, and then put \
            into the bundle with its signatures:

              cgbundle export v1.0.0-beta --statement-only st.json
              cgbundle sign st.json --key bob.key --bundle bob.sigstore.json
              cgbundle export v1.0.0-beta --statement st.json --key exporter.key \\
                --signature bob.sigstore.json --signer-key bob.pub \\
                --output cloudgrid.tar
            """)

    @Argument(
        help: ArgumentHelp(
            "The folder with the release files, or a version to fetch them from the release host.",
            valueName: "folder|version"))
    var folder: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The bundle to write; - writes to standard output.", valueName: "file"))
    var output: String?

    @OptionGroup var signing: SigningKeyOptions
    @OptionGroup(title: "Several signers") var cosigning: CosigningOptions

    @Option(
        help: ArgumentHelp(
            "Where a version's files are: URL/<version>/<file>. They are fetched without credentials.",
            valueName: "url"))
    var releaseUrl = "https://github.com/cloudgrid-dev/cloudgrid/releases/download"

    @Option(
        help: ArgumentHelp(
            "Address of the repository in the API that lists a release's files: URL/releases/tags/<version>. By default "
                + "GitHub's API for a --release-url at https://github.com, and none for any other.",
            valueName: "url"))
    var releaseApi: String?

    @OptionGroup var source: SourceOptions
    @OptionGroup var terms: StatementTerms

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
        guard cosigning.statementOnly == nil || (output == nil && !dryRun && signing.keys.isEmpty) else {
            throw ValidationError(
                "--statement-only writes no bundle and signs nothing: --output, --key and --dry-run have no place with it"
            )
        }
        guard cosigning.statementOnly != nil || output != nil || dryRun else {
            throw ValidationError(
                "say where the bundle goes: --output FILE; or --statement-only FILE, for others to sign first"
            )
        }
    }

    func run() async throws {
        // With the bundle on standard output nothing else may be there.
        let printer = Printer(format: common.format, isQuiet: common.quiet, usesStandardOutput: output != "-")
        let command = self
        try await CommandRun.perform(printer) { try await command.export(printer) }
    }

    private func export(_ printer: Printer) async throws {
        let patience = Patience()
        defer { RetryReport(patience).text.map(printer.note) }
        let document = try trust.document()
        let agreed = try cosigning.agreedStatement()
        let given = try cosigning.signatures(over: agreed, beside: document)
        let signatures = try cosigning.all(given, and: try signingKeys(besides: given))
        try goal.requireFiles(signatures: signatures.signers.count)
        if !force {
            try goal.requireRoom(signatures: signatures.signers.count, besides: cosigning.statement)
        }
        var request = try request(agreed, beside: document)
        vendor.notices(beside: document).map(\.told).forEach(printer.warning)
        let hosted = try await hostedRelease(request, patience, printer)
        // The folder goes when the export is over, whatever came of it.
        defer { withExtendedLifetime(hosted) {} }
        if let hosted { request.folder = hosted.folder.path }
        let bytes = try ReleaseFolder.manifest(in: request.folder)
        let manifest = try ReleaseManifest(json: bytes)
        if let rekorLookup, case .proof(let trust, _) = request.vendor {
            try await RekorLookup(
                url: rekorLookup, options: try access.webOptions(connections: 1, patience: patience),
                trust: trust,
                printer: printer
            ).run(in: request.folder, of: manifest)
        }
        let policy = try document.flatMap { $0.file.bundleSigners == nil ? nil : try $0.signerPolicy() }
        let asked = request
        let dependencies =
            try await source.withDependencies
            ? DependencyLookup(
                in: request.folder, of: manifest, besides: request.extraImages,
                leavingOut: request.leavingOut
            ).references : []
        try await source.open(
            for: manifest, and: request.extraImages, dependencies: dependencies, access: access,
            width: work.concurrency, patience: patience, printer: printer
        ) { source, resolved in
            var asked = asked
            asked.extraImages += resolved.map(\.image)
            let report = ExportReport(
                goal: goal, signers: signatures.signers, hosted: hosted,
                dependencies: self.source.withDependencies ? resolved : nil, coverage: coverage,
                hasSignerPolicy: policy != nil, printer: printer, patience: patience)
            try await ExportRun(
                goal: goal, request: asked, manifest: bytes, agreed: agreed, signatures: signatures,
                policy: policy, report: report
            ).run(from: source)
        }
    }

    private var goal: ExportGoal {
        if let file = cosigning.statementOnly { return .statement(file: file) }
        guard let output, !dryRun else { return .dryRun(output: output) }
        return output == "-" ? .stream : .file(output)
    }

    /// Nobody has to sign where only a statement is asked for, nor where others have signed it.
    private func signingKeys(besides given: [AcceptedSignature]) throws -> [PrivateKey] {
        let comparesOnly = dryRun && cosigning.statement != nil
        let isOptional = cosigning.statementOnly != nil || comparesOnly || !given.isEmpty
        return signing.keys.isEmpty && isOptional ? [] : try signing.privateKeys()
    }

    /// The release files from the release host; nothing where a folder was given.
    private func hostedRelease(_ request: ExportRequest, _ patience: Patience, _ printer: Printer)
        async throws
        -> HostedRelease?
    {
        guard !InputFile.exists(folder), let version = try? ReleaseVersion(folder) else { return nil }
        return try await HostedRelease(
            version, from: releaseUrl, listedBy: releaseApi, beside: goal.place,
            leavingOut: request.leavingOut,
            options: try access.webOptions(connections: work.concurrency, patience: patience),
            width: work.concurrency, printer: printer)
    }

    private func request(_ agreed: AgreedStatement?, beside document: TrustDocument?) throws -> ExportRequest
    {
        let time = try agreed?.createdAt ?? StatementTerms.sourceDate()
        let createdAt = time ?? Clock.now
        return ExportRequest(
            folder: FilePath(folder), product: try FileName("cloudgrid"),
            channel: try FileName(terms.channel), revision: terms.revision, createdAt: createdAt,
            isTimeFixed: time != nil, expires: try terms.expiry(after: createdAt), tool: ToolVersion.tool,
            width: work.concurrency, allowMissing: missing.names, leavingOut: leavingOut,
            extraImages: try source.extraImages(), vendor: try vendor.demand(beside: document))
    }

    private var leavingOut: Set<ReleaseParts.Group> {
        var groups: Set<ReleaseParts.Group> = []
        if withoutCompose { groups.insert(.compose) }
        if withoutBinaries { groups.insert(.binaries) }
        return groups
    }
}
