import CommandRunner
import Foundation
import Servers
import Testing

/// Verifying what the vendor signed needs no network, and whoever imports speaks to the target alone.
@Suite struct OfflineTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private static let program = CommandRunner.products + "/cgbundle"

    /// Whether this machine lets a test have a network of its own with nothing in it.
    private static let canBeAlone =
        (try? RunningProgram.run("unshare", "--map-root-user", "--net", "true"))?.status == 0

    @Test(.enabled(if: canBeAlone))
    func `a host without a network verifies everything and imports`() throws {
        let alone = ["--map-root-user", "--net", Self.program]
        let target = ["--layout", folder.path + "/mirror", "--record", folder.path + "/record"]
        let result = try RunningProgram("unshare", alone + sample.importing() + target).waitUntilExit()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("  vendor     9 verified"))
    }

    @Test(.enabled(if: canBeAlone))
    func `an export with its proof, and a look at one thing, ask no network but for a log's`() throws {
        func alone(_ arguments: [String]) throws -> ProgramResult {
            try RunningProgram("unshare", ["--map-root-user", "--net", Self.program] + arguments)
                .waitUntilExit()
        }
        let images = ["--images", CommandRunner.checkout + "/testdata/sample/images"]
        // A folder of its own, because a lookup writes beside the release files.
        let release = folder.path + "/release"
        try FileManager.default.copyItem(atPath: Sample.release, toPath: release)
        let export =
            ["export", release, "--output", folder.path + "/own.tar", "--key", sample.key] + images
            + Sample.trust
        let asking = try alone(export + ["--rekor-lookup", "https://192.0.2.1"])
        #expect(asking.status == 8, "\(asking.errors)")
        let exported = try alone(export)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.output.contains("  vendor     9 verified"))
        let blobs = CommandRunner.checkout + "/testdata/trust/blobs/"
        let blob = try alone([
            "verify-blob", blobs + "artifact.txt", "--signature", blobs + "key-p256-detached/artifact.sig",
            "--key", CommandRunner.checkout + "/testdata/keys/vendor.pub", "--insecure-ignore-tlog",
        ])
        #expect(blob.status == 0, "\(blob.errors)")
        let image = try alone(
            ["verify-image", "cloudgrid-bff", "--release-bundle", folder.path + "/own.tar"]
                + ["--bundle-signer", sample.publicKey] + Sample.trust)
        #expect(image.status == 0, "\(image.errors)")
    }

    @Test(.enabled(if: canBeAlone))
    func `the network of that host is really empty`() throws {
        let target = try Target()
        let alone = ["--map-root-user", "--net", Self.program]
        let result = try RunningProgram(
            "unshare", alone + target.importing(record: folder.path + "/record")
        ).waitUntilExit()
        #expect(result.status == 8)
    }

    @Test func `an import connects to the target's address and to no other`() throws {
        let target = try Target()
        let trace = folder.path + "/connects"
        let watched = [
            "--follow-forks", "--trace=connect,sendto,sendmsg,sendmmsg", "--string-limit=256", "--output",
            trace,
            Self.program,
        ]
        let arguments =
            sample.importing() + [
                "--registry", target.location, "--plain-http", "\(target.registry.host)", "--no-record",
            ]
        let result = try RunningProgram("strace", watched + arguments).waitUntilExit()
        #expect(result.status == 0, "\(result.errors)")
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        let connects = lines.filter { $0.contains("connect(") && !$0.contains("AF_UNSPEC") }
        let addresses = connects.compactMap {
            $0.firstMatch(of: /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/)
        }
        #expect(!addresses.isEmpty)
        // Every address is the registry's, and nothing was reached in another family, a name service's socket say.
        #expect(
            addresses.allSatisfy { $0.output.2 == "127.0.0.1" && $0.output.1 == "\(target.registry.port)" })
        #expect(connects.count == addresses.count, "\(connects)")
        #expect(!lines.contains { $0.contains("sendto(") && $0.contains("sin_addr") }, "\(lines)")
    }
}
