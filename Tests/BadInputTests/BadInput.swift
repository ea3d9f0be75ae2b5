import CommandRunner
import Foundation
import Testing

/// One lie of `Tests/Forge`, and what an import must answer.
struct BadInput: Decodable, Sendable, CustomTestStringConvertible {
    let row: String
    let name: String
    let file: String
    let args: [String]?
    let keys: [String]
    let threshold: Int
    let exit: Int32
    /// Any, where there is none.
    let reason: String?
    let mentions: [String]
    let tier: Int

    var testDescription: String { "\(row) \(name)" }

    /// What version 1 must answer, refusals and the few that only look like lies.
    static func all(isRefused: Bool) throws -> [BadInput] {
        try listed.get().filter { $0.tier <= 2 && ($0.exit != 0) == isRefused }
    }

    static func named(_ names: String...) throws -> [BadInput] {
        try listed.get().filter { names.contains($0.name) }
    }

    private static let listed = Result {
        let result = try CommandRunner.run("python3", [forge, "list"])
        guard result.status == 0 else { throw SampleError(result.errors) }
        return try JSONDecoder().decode([BadInput].self, from: Data(result.output.utf8))
    }

    static let forge = CommandRunner.checkout + "/Tests/Forge/forge.py"

    /// The command line without target and record, for the files that were built in `folder`.
    func command(in folder: String) -> [String] {
        let path = file.hasPrefix("/") ? file : "\(folder)/\(file)"
        let limit = threshold == 0 ? [] : ["--threshold", "\(threshold)"]
        // The forged releases are signed by nobody; what a vendor's signature must be is told elsewhere.
        return ["import", path, "--no-vendor-proof"] + keys.flatMap { ["--key", "\(folder)/\($0)"] } + limit
            + (args ?? [])
    }
}

/// What `--format json` says of a refusal.
struct Refused: Decodable {
    struct Finding: Decodable {
        let reason: String
        let message: String
    }

    let ok: Bool
    let status: Int32
    let reason: String
    let message: String
    let findings: [Finding]

    var text: String { ([message] + findings.map(\.message)).joined(separator: "\n") }
}
