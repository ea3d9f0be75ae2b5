import CommandRunner
import Foundation
import OCI
import Testing

/// Programs that know nothing of us read a bundle and its signatures.
@Suite struct StockToolTests {
    @Test func `bsdtar lists exactly the entries of the statement`() throws {
        let bundle = try SampleBundle(signers: ["alice", "bob"])
        let front = [
            "oci-layout", "cgbundle/statement.json", "cgbundle/signatures/0.sigstore.json",
            "cgbundle/signatures/1.sigstore.json",
        ]
        let listing = try CommandRunner.run("bsdtar", ["-tf", bundle.file])
        #expect(listing.status == 0, "\(listing.errors)")
        let names = listing.output.split(separator: "\n").map(String.init)
        #expect(names == front + (try bundle.statement().entries.map(\.path)))
    }

    @Test(arguments: [
        (
            "alice",
            ["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", "KEY", "-sigfile", "SIG", "-in", "FILE"]
        ),
        ("bob", ["dgst", "-sha256", "-verify", "KEY", "-signature", "SIG", "FILE"]),
    ])
    func `openssl accepts the signature beside the bundle, and none over other bytes`(
        signer: String, command: [String],
    ) throws {
        let bundle = try SampleBundle(signers: [signer])
        let document = try JSONDecoder().decode(
            SignatureFile.self, from: try bytes(bundle.file + ".sigstore.json"))
        let signature = bundle.place.path + "/signature"
        try #require(Data(base64Encoded: document.messageSignature.signature)).write(
            to: URL(filePath: signature))
        func verify(_ file: String) throws -> Int32 {
            let places = ["KEY": Sample.publicKey(signer), "SIG": signature, "FILE": file]
            return try CommandRunner.run("openssl", command.map { places[$0] ?? $0 }).status
        }
        let statement = bundle.file + ".statement.json"
        #expect(try verify(statement) == 0)
        try (bytes(statement) + Data(" ".utf8)).write(to: URL(filePath: statement))
        #expect(try verify(statement) == 1)
    }

    private struct SignatureFile: Decodable {
        struct Message: Decodable {
            let signature: String
        }

        let messageSignature: Message
    }

    @Test func `skopeo reads an image out of the file, with the digest that the vendor gave it`() throws {
        let bundle = try SampleBundle()
        let raw = try CommandRunner.run(
            "skopeo", ["inspect", "--raw", "oci-archive:\(bundle.file):cloudgrid-bff"])
        #expect(raw.status == 0, "\(raw.errors)")
        let manifest = String(decoding: try bytes(Sample.release + "/release-manifest.json"), as: UTF8.self)
        #expect(manifest.contains(Digest(of: Array(raw.output.utf8)).description))
    }

    @Test func `skopeo copies every image and the chart, all platforms, out of the file`() throws {
        let bundle = try SampleBundle()
        let services = [
            "ai-eval-runner", "alert-evaluator", "bff", "control-plane", "otlp-collector",
            "storage-maintenance",
            "storage-read", "storage-write",
        ]
        for name in services.map({ "cloudgrid-\($0)" }) + ["charts/cloudgrid"] {
            let target = bundle.place.path + "/" + name.replacing("/", with: "-")
            let copy = try CommandRunner.run(
                "skopeo",
                ["--insecure-policy", "copy", "--all", "oci-archive:\(bundle.file):\(name)", "dir:\(target)"])
            #expect(copy.status == 0, "\(name): \(copy.errors)")
            #expect(exists(target + "/manifest.json"))
        }
    }
}
