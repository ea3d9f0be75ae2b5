package import ArgumentParser
import BundleFormat
import Glibc
import OCI
import ReleaseSet
import SystemPackage
import StrictJSON
import Trust

/// `cgbundle inspect`: what is inside, without reading the layers.
package struct InspectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a bundle holds, or take one release file out.",
        discussion: """
            With --key or --trust the signature is checked, and the contents with it; layers are not read. Without a key \
            everything shown is only what the file claims. Examples:

              cgbundle inspect cloudgrid.tar
              cgbundle inspect cloudgrid.tar --key exporter.pub --extract release-values.yaml -o .
            """)

    @OptionGroup package var bundle: BundleArgument
    @OptionGroup package var trust: TrustFileOption
    @OptionGroup package var signers: SignerOptions

    @Option(help: ArgumentHelp("Take this release file out; needs --key or --trust.", valueName: "name"))
    package var extract: String?

    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp("The folder for --extract.", valueName: "dir"))
    package var output: String?

    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        guard (extract == nil) == (output == nil) else {
            throw ValidationError("--extract NAME and -o DIR go together")
        }
        guard signers.threshold == nil || !signers.keys.isEmpty else {
            throw ValidationError("--threshold has no meaning without --key")
        }
    }

    package func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) { try command.inspect(printer) }
    }

    private func inspect(_ printer: Printer) throws {
        let reader = try bundle.open()
        let document = try trust.document()
        let isVerified = !signers.isEmpty(beside: document) || extract != nil
        let trusted = isVerified ? try signers.trusted(beside: document) : nil
        let verified = try trusted.map { try reader.statement(acceptedBy: $0.policy) }
        let statement = try verified?.statement ?? ClaimedStatement(of: reader).statement
        let contents = try BundleContents(statement, of: reader)
        if let extract, let output {
            try take(extract, outOf: contents, to: output, printer)
            return
        }
        let summary = BundleSummary(statement: statement, graph: contents.graph, artifact: contents.artifact)
        try printer.json(
            .object(summary.json(signers: verified?.signers ?? [], verified: false, vendor: nil)))
        printer.line(
            isVerified
                ? "signature checked; layers not read (cgbundle verify reads them)"
                : "UNVERIFIED: nothing below has been checked; give --key or --trust to check the signature")
        printer.line()
        printer.line(summary.headline)
        printer.line(
            "  made       \(statement.createdAt) by \(statement.tool.name) \(statement.tool.version)")
        if let expires = statement.expires { printer.line("  expires    \(expires)") }
        if let verified {
            printer.line(
                "  signed by  "
                    + BundleSummary.signers(verified.signers, names: trusted?.names ?? [:]))
        } else {
            printer.line("  signatures \(reader.front.signatures.count), not checked")
        }
        printer.line("  holds      " + summary.counts + ", " + bytesForPeople(statement.blobBytes))
        show(summary, printer)
    }

    private func show(_ summary: BundleSummary, _ printer: Printer) {
        printer.line()
        let kinds: [IndexEntry.Kind] = [.image, .extraImage, .chart]
        for kind in kinds {
            for entry in summary.entries(of: kind) {
                let columns =
                    [entry.refName, bytesForPeople(summary.size(of: entry))] + summary.platforms(of: entry)
                printer.line("  \(kind.rawValue)  " + columns.joined(separator: "  "))
                printer.line("         \(entry.digest)")
            }
        }
        printer.line()
        let width = summary.artifact.files.map(\.name.text.utf8.count).max() ?? 0
        for file in summary.artifact.files {
            let gap = String(repeating: " ", count: width - file.name.text.utf8.count)
            printer.line("  file  \(file.name)\(gap)  \(bytesForPeople(file.size))")
        }
    }

    private func take(_ name: String, outOf contents: BundleContents, to folder: String, _ printer: Printer)
        throws
    {
        guard let file = contents.artifact.file(named: name) else {
            throw Finding(
                .usage, "extract.name", at: .releaseSet, "\(name): is not a release file of this bundle")
        }
        let path = FilePath(folder).appending(file.name.text)
        let output = try NewFile(path)
        try contents.read(file) { try output.write($0) }
        try output.finish()
        try printer.json([
            "ok": true, "file": .string(path.string), "digest": .string(file.digest.description),
        ])
        printer.line("\(path): \(bytesForPeople(file.size)), \(file.digest)")
    }
}
