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

    /// Exports from a release host that only the proxy knows the way to.
    private func exportingFromHost(
        _ authority: CertificateAuthority, variables: [String: String],
    ) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            [
                "export", Sample.version, "--release-url", "https://releases.example.com/releases",
                "--images",
                CommandRunner.checkout + "/testdata/sample/images", "--output", folder.path + "/out.tar",
                "--key",
                sample.key, "--force", "--ca-file", authority.certificate.path, "--log-level", "debug",
            ] + Sample.trust, environment: variables.merging(Sample.epoch) { $1 })
    }

    @Test(arguments: ["HTTPS_PROXY", "https_proxy"])
    func `the release host is reached through the proxy of the environment`(name: String) throws {
        let place = URL(filePath: folder.path)
        let authority = try CertificateAuthority(in: place)
        try authority.issue("releases", names: "DNS:releases.example.com")
        let server = try ScriptedServer { request, _ in
            let content = request.target.split(separator: "/").last.flatMap {
                FileManager.default.contents(atPath: Sample.release + "/" + $0)
            }
            return content.map { ScriptedServer.Reply(200, [:], Array($0)) } ?? ScriptedServer.Reply(404)
        }
        let front = try TLSFront(to: server.port, certificate: place.appending(path: "releases").path)
        let proxy = try ConnectProxy(
            leading: ["releases.example.com": front.port], credential: "mira:planted")
        let way = "http://mira:planted@\(proxy.address)"
        let exported = try exportingFromHost(authority, variables: [name: way])
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(!server.requests.isEmpty)
        #expect(Set(proxy.requests.map(\.target)) == ["releases.example.com:443"])
        // Neither what the proxy was told nor what went along the way shows on the other.
        #expect(server.requests.allSatisfy { $0.headers["proxy-authorization"] == nil })
        #expect(proxy.requests.allSatisfy { $0.method == "CONNECT" && !$0.head.contains("/releases") })
        let basic = Data("mira:planted".utf8).base64EncodedString()
        #expect(!(exported.output + exported.errors).contains("planted"))
        #expect(!(exported.output + exported.errors).contains(basic))
        let count = proxy.requests.count
        let spared = try exportingFromHost(
            authority, variables: [name: way, "NO_PROXY": "*.example.com:443"])
        #expect(spared.errors.contains("[unreachable.name]"), "\(spared.errors)")
        #expect(proxy.requests.count == count)
    }

    @Test func `a proxy that wants TLS is a mistake in the command`() throws {
        let refused = try exporting(variables: ["HTTP_PROXY": "https://mira:planted@proxy.example.com:3128"])
        #expect(refused.status == 64)
        #expect(refused.errors.contains("HTTP_PROXY: expected a proxy of plain http"))
        #expect(refused.errors.contains("[proxy.syntax]"))
        #expect(!refused.errors.contains("planted"))
    }

    @Test func `a proxy that is none is refused without its text`() throws {
        let refused = try importing(
            into: "target.example.com/cloudgrid", "--proxy", "https://a:planted@proxy")
        #expect(refused.status == 64)
        #expect(refused.errors.contains("[proxy.syntax]"))
        #expect(!refused.errors.contains("planted"))
    }
}
