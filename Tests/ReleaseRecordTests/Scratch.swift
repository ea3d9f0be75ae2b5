import BundleFormat
import Foundation
import SystemPackage
import Testing

/// A folder of a test's own, which goes with the test.
final class Scratch: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "cgbundle-record-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var record: FilePath { path("record") }

    func path(_ name: String) -> FilePath { FilePath(url.appending(path: name).path) }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url.appending(path: name))) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: url.appending(path: name))
    }

    /// Writes a file and the folders above it, with the modes of a record.
    func write(_ bytes: [UInt8], toNew name: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Data(bytes).write(to: file)
    }

    /// Names in a folder, sorted.
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder).string).sorted()
    }

    func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path(name).string, toPath: path(other).string)
    }

    /// Every file and folder below, with its mode.
    func modes() throws -> [String: Int] {
        var modes: [String: Int] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: url.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: url.appending(path: name).path)
            modes[name] = (attributes[.posixPermissions] as? NSNumber)?.intValue
        }
        return modes
    }

    /// Every file below with its bytes, the lock excepted.
    func contents() throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: url.path)
        where !name.hasSuffix("/lock") {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: url.appending(path: name).path, isDirectory: &isFolder)
            contents[name] = isFolder.boolValue ? [] : try bytes(name)
        }
        return contents
    }
}

/// Expects that `body` is refused for `reason`, and gives the message.
@discardableResult
func refusal(_ fault: FaultClass, _ reason: String, from body: () throws -> Void) throws -> String {
    let finding = try #require(throws: Finding.self) { try body() }
    #expect(finding.fault == fault)
    #expect(finding.reason == reason)
    return finding.message
}
