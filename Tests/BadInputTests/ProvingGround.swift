import CommandRunner
import Foundation
import Servers
import Testing

/// Where every lie of the forge is told: the files, a registry that must hear nothing, a record that must not
/// change.
struct ProvingGround: Sendable {
    let folder: Scratch
    let registry: RegistryProcess

    @TaskLocal private static var current: ProvingGround?

    static func here() throws -> ProvingGround { try #require(current) }

    private init() throws {
        folder = try Scratch()
        registry = try RegistryProcess()
        // The URL in the one layer that has one: whoever follows it is heard by the registry.
        let url = "http://127.0.0.1:\(registry.port)/layer"
        try Self.succeed(
            CommandRunner.run("python3", [BadInput.forge, "build", folder.path, "--layer-url", url]))
        try makeRecord()
    }

    /// A record with something in it, of another channel, so that it refuses nothing by itself.
    private func makeRecord() throws {
        let file = folder.path + "/earlier.tar"
        let channel = ["--channel", "earlier"]
        let key = try Sample.privateKey("bob", in: folder)
        try Self.succeed(CommandRunner.cgbundle(Sample.export(to: file, keys: [key], options: channel)))
        let target = ["--layout", folder.path + "/earlier", "--record", record]
        try Self.succeed(
            CommandRunner.cgbundle(
                ["import", file] + Sample.trust + Sample.publicKeys(["bob"]) + channel + target))
    }

    private var record: String { folder.path + "/record" }

    /// A copy of the record, for one import.
    func copyRecord(to place: Scratch) throws -> String {
        let copy = place.path + "/record"
        try FileManager.default.copyItem(atPath: record, toPath: copy)
        return copy
    }

    /// The registry as a target, under a name that tells in its log who came.
    func target(_ input: BadInput) -> [String] {
        let host = "127.0.0.1:\(registry.port)"
        return ["--registry", "\(host)/\(input.row.lowercased())", "--plain-http", host]
    }

    private static func succeed(_ result: CommandResult) throws {
        guard result.status == 0 else { throw SampleError(result.errors) }
    }

    /// Holds the ground for a suite, and at its end asks the registry whether anybody came.
    struct Scope: SuiteTrait, TestScoping {
        func provideScope(
            for test: Test, testCase: Test.Case?, performing tests: @Sendable () async throws -> Void,
        ) async throws {
            let ground = try ProvingGround()
            try await ProvingGround.$current.withValue(ground) { try await tests() }
            ground.registry.stop()
            #expect(try ground.registry.requests().isEmpty, "a refused bundle reached the registry")
        }
    }
}

extension Trait where Self == ProvingGround.Scope {
    static var provingGround: Self { Self() }
}
