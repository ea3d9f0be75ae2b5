import CommandRunner
import Foundation
import Testing

/// The same release, the same signer and the same time give the same bytes, whatever was there before and
/// however they are written.
@Suite struct RepeatedExportTests {
    @Test(arguments: [["--concurrency", "1"], ["--concurrency", "16"], ["--force", "--quiet"]])
    func `exporting twice gives the same bytes`(options: [String]) throws {
        let place = try Scratch()
        #expect(try export(place, "first.tar") == export(place, "second.tar", options: options))
    }

    @Test func `another time gives other bytes`() throws {
        let place = try Scratch()
        #expect(try export(place, "first.tar") != export(place, "second.tar", epoch: "1793613601"))
    }

    @Test func `on standard output goes the file, byte for byte, and nothing else`() throws {
        let place = try Scratch()
        let whole = try export(place, "whole.tar")
        let command = Sample.export(
            to: "-", keys: [place.path + "/alice.key"], options: ["--format", "json"])
        let streamed = place.path + "/streamed.tar"
        let result = try CommandRunner.run(
            "sh",
            ["-c", "exec \"$@\" > \"$STREAMED\"", "sh", CommandRunner.products + "/cgbundle"] + command,
            environment: ["SOURCE_DATE_EPOCH": Self.epoch, "STREAMED": streamed])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try bytes(streamed) == whole)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).count == 5)
    }

    @Test(arguments: ["noise", "another bundle", "half of it", "nothing"])
    func `what an interrupted export left is replaced or finished`(leftover: String) throws {
        let place = try Scratch()
        let whole = try export(place, "whole.tar")
        let other = try SampleBundle(signers: ["bob"])
        let left: Data =
            switch leftover {
            case "noise": Data(repeating: 0x41, count: 5_000_000)
            case "another bundle": try bytes(other.file)
            // As long as the whole and with holes, as the blobs are filled in at their places.
            case "half of it": whole.prefix(whole.count / 2) + Data(count: whole.count - whole.count / 2)
            default: Data()
            }
        let partial = place.path + "/again.tar.partial"
        try left.write(to: URL(filePath: partial))
        #expect(try export(place, "again.tar") == whole)
        #expect(!exists(partial) && !exists(partial + ".journal"))
    }

    private static let epoch = "1793613600"

    /// The bytes of the bundle that was written.
    private func export(
        _ place: Scratch, _ name: String, options: [String] = [], epoch: String = epoch,
    ) throws -> Data {
        let key = try Sample.privateKey("alice", in: place)
        let result = try CommandRunner.cgbundle(
            Sample.export(to: "\(place.path)/\(name)", keys: [key], options: options),
            environment: ["SOURCE_DATE_EPOCH": epoch])
        guard result.status == 0 else { throw SampleError(result.errors) }
        return try bytes("\(place.path)/\(name)")
    }
}
