import BundleFormat
import Glibc
package import OCI
import ReleaseSet
import StrictJSON
import SystemPackage
package import Trust

/// What the check of the log's chain saw.
package struct LogSummary: Hashable, Sendable {
    package let lines: Int
    package let lastTime: Timestamp?
    /// Of the last line's bytes. Who keeps it elsewhere can tell later whether lines were taken off the end.
    package let lastDigest: Digest?
}

/// The log of a record: one JSON object a line, each with the digest of the line before.
///
/// The chain shows edits and lost lines, not that the whole file or its end was taken away. Nothing is ever mended: a log
/// that does not hold is refused until a person has looked at it.
///
/// docs/record.md, "The log".
struct RecordLog: Sendable {
    static let name = "log.jsonl"
    static let maximumSize = 64 << 20
    static let maximumLineSize = 2 << 20

    private(set) var lines: [LogLine] = []
    /// What the next line must give as `previous`.
    private(set) var head = LogLine.origin
    private var size = 0

    init(in folder: borrowing RecordFolder) throws(Finding) {
        guard let bytes = try folder.bytes(of: Self.name, limit: Self.maximumSize) else { return }
        let path = folder.path.appending(Self.name)
        size = bytes.count
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(rest[..<end])
            rest = rest[(end + 1)...]
            do {
                lines.append(try LogLine(line, after: head))
            } catch {
                throw Self.corrupt(path, line: lines.count + 1, error.description)
            }
            head = Digest(of: line)
        }
        guard rest.isEmpty else { throw Self.corrupt(path, line: lines.count + 1, "has no end") }
    }

    private static func corrupt(_ path: FilePath, line: Int, _ fault: String) -> Finding {
        Finding(
            .policy, "state.corrupt", at: .policy,
            "\(path): line \(line): \(fault); nothing is accepted until it holds")
    }

    func accepted(product: FileName, channel: FileName, ignoring revoked: Set<KeyID>) -> AcceptedReleases {
        let all = lines.compactMap(\.accepted).filter { $0.product == product && $0.channel == channel }
            .map(\.release)
        return AcceptedReleases(
            all.filter { !Self.isRevoked($0, by: revoked) },
            revoked: all.filter { Self.isRevoked($0, by: revoked) })
    }

    /// Every accepted line of one release, oldest first.
    func accepted(_ id: ReleaseID) -> [AcceptedRelease] {
        lines.compactMap(\.accepted).filter { $0.id == id }.map(\.release)
    }

    /// Target of the newest accepted line, without releases that revoked keys alone signed; `nil` in a new record.
    func target(ignoring revoked: Set<KeyID>) -> String? {
        lines.compactMap(\.accepted?.release).last { !Self.isRevoked($0, by: revoked) }?.target
    }

    private static func isRevoked(_ release: AcceptedRelease, by revoked: Set<KeyID>) -> Bool {
        release.signers.allSatisfy { $0.key.map(revoked.contains) ?? false }
    }

    /// Adds a line to the file from which this log was read; a line that could not be written whole is taken back.
    mutating func append(_ entry: LogLine, in folder: borrowing RecordFolder) throws(Finding) {
        let bytes: [UInt8]
        do {
            guard let json = try entry.json(after: head) else { throw LogLineError.canonical }
            bytes = json
        } catch {
            throw Finding(.internal, "internal", at: .target, "\(Self.name): \(error)")
        }
        guard bytes.count <= Self.maximumLineSize else {
            throw Finding(.internal, "internal", at: .target, "\(Self.name): a line of \(bytes.count) bytes")
        }
        guard let file = try folder.file(Self.name, O_WRONLY | O_APPEND | O_CREAT) else {
            throw .recordOpen(folder.path.appending(Self.name), ENOENT)
        }
        guard try FileIdentity(of: file).size == Int64(size) else {
            throw Finding(
                .policy, "state.corrupt", at: .target, "\(file.path): changed while the record was locked")
        }
        do throws(Finding) {
            try file.write(bytes + [UInt8(ascii: "\n")], at: Int64(size))
            try file.flush()
        } catch {
            guard ftruncate(file.descriptor.rawValue, off_t(size)) == 0 else {
                throw .recordWrite(file.path, "has a torn last line, and it cannot be taken back", errno)
            }
            throw error
        }
        try folder.flush()
        size += bytes.count + 1
        head = Digest(of: bytes)
        lines.append(entry)
    }
}
