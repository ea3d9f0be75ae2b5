package import ArgumentParser
import BundleFormat
import LibCrypto
import StrictJSON
import SystemPackage
import Trust

/// `cgbundle trust`: what is trusted, looked at by itself.
package struct TrustCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Look at a trust file.",
        subcommands: [TrustCheckCommand.self])

    package init() {}
}

/// `cgbundle trust check`: what a trust file would accept, in sentences.
package struct TrustCheckCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say in sentences what a trust file accepts, and what is doubtful in it.",
        discussion: """
            Reads the file, the keys and the roots that it names, and nothing else; no network is asked. Example:

              cgbundle trust check trust.json
            """)

    @Argument(help: ArgumentHelp("The trust file (bundle-spec/trust.md).", valueName: "file"))
    package var file: String

    @OptionGroup package var common: CommonOptions

    package init() {}

    package func run() async throws {
        let (name, printer) = (file, common.printer)
        try await CommandRun.perform(printer) {
            let document = try TrustDocument(name)
            let now = Clock.now
            let signers = try document.file.bundleSigners == nil ? nil : document.signerPolicy()
            let sentences = document.file.sentences(now: now)
            let notices = document.file.notices(now: now)
            try printer.json([
                "ok": true, "file": .string(name),
                "accepts": .array(sentences.map { .string($0) }),
                "signers": .array((signers?.keys ?? []).map { .string(KeyID(of: $0).description) }),
                "warnings": .array(
                    notices.map { ["reason": .string($0.word.rawValue), "message": .string($0.text)] }),
            ])
            sentences.forEach { printer.line($0) }
            for notice in notices { printer.warning("\(notice.text) [\(notice.word.rawValue)]") }
        }
    }
}
