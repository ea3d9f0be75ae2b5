import BundleFormat
import Foundation
import SystemPackage

/// A folder of a test's own, which goes with the test.
final class Scratch: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "cgbundle-format-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> FilePath { FilePath(url.appending(path: name).path) }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url.appending(path: name))) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: url.appending(path: name))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            at: url.appending(path: name), withDestinationURL: url.appending(path: target))
    }

    func hardLink(_ name: String, to target: String) throws {
        try FileManager.default.linkItem(at: url.appending(path: target), to: url.appending(path: name))
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}

/// Somewhere to send events that nobody looks at.
var nobody: TransferEvents { AsyncStream.makeStream(of: TransferEvent.self).continuation }
