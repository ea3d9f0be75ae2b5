import CommandRunner
import Foundation
import Servers
import Testing

/// Who takes a proxy from the environment, and who does not.
@Suite struct ProxyRoadTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    /// A name that leads to the sample's registry through the proxy and to nothing otherwise.
    private func exporting(_ options: String..., variables: [String: String]) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            [
                "export", Sample.release, "--output", folder.path + "/out.tar", "--key", sample.key,
                "--trust", Sample.trust[1],
                "--force",
                "--source-registry", "source.example.com/cloudgrid-dev", "--plain-http", "source.example.com",
            ] + Sample.trust + options, environment: variables.merging(Sample.epoch) { $1 })
    }

    private func importing(
        into target: String, _ options: String..., variables: [String: String] = [:]
    ) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            sample.importing() + ["--registry", target, "--plain-http", String(target.prefix { $0 != "/" })]
                + ["--no-record", "--max-attempts", "1"] + options, environment: variables)
    }

    @Test func `an export goes through the proxy of the environment`() throws {
        let proxy = try ConnectProxy(
            leading: ["source.example.com": sample.source.port], credential: "mira:planted")
        let variables = ["HTTP_PROXY": "http://mira:planted@\(proxy.address)"]
        let exported = try exporting(variables: variables)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(Set(proxy.requests.map(\.target)) == ["source.example.com:80"])
        let direct = try Data(contentsOf: URL(filePath: sample.bundle))
        #expect(try Data(contentsOf: URL(filePath: folder.path + "/out.tar")) == direct)
        let refused = try exporting(
            "--log-level", "debug", variables: ["HTTP_PROXY": "http://mira:wrong-planted@\(proxy.address)"])
        #expect(refused.status == 8)
        #expect(refused.errors.contains("[proxy.denied]"))
        #expect(!(refused.output + refused.errors).contains("planted"))
    }

    @Test func `an export with NO_PROXY for the host does not`() throws {
        let proxy = try ConnectProxy(leading: ["source.example.com": sample.source.port])
        let refused = try exporting(
            variables: ["HTTP_PROXY": "http://\(proxy.address)", "NO_PROXY": ".example.com"])
        #expect(refused.errors.contains("[unreachable.name]"))
        #expect(proxy.requests == [])
    }

    @Test func `an export goes through the proxy that was named`() throws {
        let proxy = try ConnectProxy(leading: ["source.example.com": sample.source.port])
        #expect(try exporting("--proxy", proxy.address, variables: [:]).status == 0)
        #expect(!proxy.requests.isEmpty)
    }

    @Test func `an import takes no proxy from the environment`() throws {
        let proxy = try ConnectProxy(leading: ["target.example.com": try freePort()])
        var variables: [String: String] = [:]
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            variables[name] = "http://\(proxy.address)"
        }
        let refused = try importing(into: "target.example.com/cloudgrid", variables: variables)
        #expect(refused.status == 8)
        #expect(refused.errors.contains("[unreachable.name]"), "\(refused.errors)")
        #expect(proxy.requests == [])
    }

    @Test func `an import goes through the proxy that was named`() throws {
        let registry = try RegistryProcess()
        let proxy = try ConnectProxy(leading: ["target.example.com": registry.port])
        let imported = try importing(
            into: "target.example.com/cloudgrid", "--proxy", "http://\(proxy.address)")
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(Set(proxy.requests.map(\.target)) == ["target.example.com:80"])
        registry.stop()
        #expect(try registry.requests().contains(where: \.isWrite))
    }

    @Test func `a proxy that is none is refused without its text`() throws {
        let refused = try importing(
            into: "target.example.com/cloudgrid", "--proxy", "https://a:planted@proxy")
        #expect(refused.status == 64)
        #expect(refused.errors.contains("[proxy.syntax]"))
        #expect(!refused.errors.contains("planted"))
    }
}
