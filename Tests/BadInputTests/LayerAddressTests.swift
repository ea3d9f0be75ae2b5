import CommandRunner
import Foundation
import Servers
import Testing

/// Layers that name addresses to fetch them from, which nobody here does.
@Suite struct LayerAddressTests {
    @Test func `B111 a layer's address is not asked where its bytes are there, by no command`() throws {
        let listener = try ScriptedServer { _, _ in ScriptedServer.Reply(200) }
        let address = "http://127.0.0.1:\(listener.port)/layer"
        let place = try Scratch()
        let built = try CommandRunner.run(
            "python3", [BadInput.forge, "build", place.path, "B111", "--layer-url", address])
        #expect(built.status == 0, "\(built.errors)")
        let input = try #require(BadInput.named("urls with bytes").first)
        let command = input.command(in: place.path)
        let registry = try FakeRegistry()
        let imported = try CommandRunner.cgbundle(
            command + [
                "--registry", registry.authority + "/b111", "--plain-http", registry.authority, "--no-record",
            ])
        #expect(imported.status == 0, "\(imported.errors)")
        let manifests = registry.repositories.values.flatMap(\.manifests.values)
        #expect(manifests.contains { String(decoding: $0.bytes, as: UTF8.self).contains(address) })
        let verified = try CommandRunner.cgbundle(["verify"] + command.dropFirst())
        #expect(verified.status == 0, "\(verified.errors)")
        #expect(listener.requests == [])
        // It would have heard.
        #expect(try CommandRunner.run("curl", ["--silent", "--noproxy", "*", address]).status == 0)
        #expect(listener.requests.map(\.target) == ["/layer"])
    }
}
