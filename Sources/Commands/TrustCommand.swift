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
            let trust = try document.vendorTrust()
            let sentences = document.file.sentences(now: now) + trust.roots.map { $0.sentence(now: now) }
            let notices = document.file.notices(now: now)
            try printer.json([
                "ok": true, "file": .string(name),
                "accepts": .array(sentences.map { .string($0) }),
                "signers": .array((signers?.keys ?? []).map { .string(KeyID(of: $0).description) }),
                "roots": .array(trust.roots.map(\.json)),
                "keys": .array(
                    trust.keys.map { ["name": .string($0.name), "id": .string($0.id.description)] }),
                "warnings": .array(
                    notices.map { ["reason": .string($0.word.rawValue), "message": .string($0.text)] }),
            ])
            sentences.forEach { printer.line($0) }
            for notice in notices { printer.warning("\(notice.text) [\(notice.word.rawValue)]") }
        }
    }
}

extension RequiredRoot {
    private var holdings: [(String, Int)] {
        [
            ("certificate authorities", root.certificateAuthorities.count),
            ("transparency logs", root.logs.count),
            ("certificate logs", root.ctLogs.count),
            ("timestamp authorities", root.timestampAuthorities.count),
        ]
    }

    /// How old it is: a root never expires, it only grows short of the keys that its owner has changed since.
    fileprivate func sentence(now: Timestamp) -> String {
        let held = holdings.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let needed =
            "log entries \(requires.tlog), certificate timestamps \(requires.sct), times \(requires.time)"
        let skipped =
            root.skippedLogs.isEmpty
            ? "" : " Of no use here, for their keys: \(root.skippedLogs.joined(separator: ", "))."
        let age = root.newestStart.map { start in
            let days = max(0, (now.seconds - start.seconds) / 86_400)
            return
                " The newest thing in it begins at \(start), \(days) days ago: what is signed with keys that were changed "
                + "since then is refused."
        }
        return
            "The root \(name) is \(root.name): \(held); a certificate of it needs \(needed).\(age ?? "")\(skipped)"
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "file": .string(root.name),
            "require": [
                "tlog": .integer(Int64(requires.tlog)), "sct": .integer(Int64(requires.sct)),
                "time": .integer(Int64(requires.time)),
            ],
        ]
        if let newest = root.newestStart { object["newest"] = .string(newest.description) }
        return .object(object)
    }
}
