import CommandRunner
import Foundation
import Servers

/// A registry to import into, reached through a proxy that can hold and change what passes.
struct Target: Sendable {
    let registry: RegistryProcess
    let proxy: RegistryProxy

    init() throws {
        registry = try RegistryProcess()
        proxy = try RegistryProxy(to: registry)
    }

    var view: RegistryView { RegistryView(port: registry.port, prefix: "cloudgrid") }
    /// The registry itself, for other tools.
    var location: String { "\(registry.host)/cloudgrid" }

    var options: [String] { ["--registry", proxy.host + "/cloudgrid", "--plain-http", proxy.host] }

    func importing(_ bundle: String? = nil, record: String? = nil, _ options: String...) throws -> [String] {
        try Sample.shared().importing(bundle) + self.options
            + (record.map { ["--record", $0] } ?? ["--no-record"])
            + options
    }

    /// Imports without the proxy.
    func importDirectly(_ bundle: String? = nil, record: String? = nil, _ options: String...) throws
        -> ProgramResult
    {
        let host = "\(registry.host)"
        return try RunningProgram.cgbundle(
            Sample.shared().importing(bundle) + ["--registry", location, "--plain-http", host]
                + (record.map { ["--record", $0] } ?? ["--no-record"]) + options)
    }
}

/// What a program prints with `--format json` at the end of an import.
struct ImportOutcome: Decodable {
    struct Counts: Decodable, Hashable {
        let uploads: Int
        let uploadBytes: Int
        let mounts: Int
        let manifests: Int
        let tags: Int
    }

    let ok: Bool
    let dryRun: Bool
    let alreadyImported: Bool?
    let plan: Counts?
    let result: Counts?
    let record: String?

    init(_ result: ProgramResult) throws {
        self = try JSONDecoder().decode(ImportOutcome.self, from: Data(result.output.utf8))
    }
}

/// What a program prints with `--format json` when it refuses.
struct Refused: Decodable {
    let ok: Bool
    let status: Int
    let reason: String
    let message: String

    init(_ result: ProgramResult) throws {
        self = try JSONDecoder().decode(Refused.self, from: Data(result.output.utf8))
    }
}
