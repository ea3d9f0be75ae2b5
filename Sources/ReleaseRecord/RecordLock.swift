import BundleFormat
import Glibc
import SystemPackage

/// The exclusive lock on a record, held as long as the file is open.
struct RecordLock: Sendable {
    static let name = "lock"

    private let file: PositionedFile

    init(in folder: borrowing RecordFolder) throws(Finding) {
        guard let file = try folder.file(Self.name, O_RDWR | O_CREAT) else {
            throw .recordOpen(folder.path.appending(Self.name), ENOENT)
        }
        self.file = file
        guard flock(file.descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw .recordOpen(file.path, errno) }
            let owner = try Self.owner(in: file).map { ", process \($0)" } ?? ""
            throw Finding(
                .policy, "state.busy", at: .policy,
                "\(folder.path): another import\(owner) is using the record")
        }
        guard ftruncate(file.descriptor.rawValue, 0) == 0 else {
            throw .recordWrite(file.path, "cannot be emptied", errno)
        }
        try file.write([UInt8]("\(getpid())\n".utf8), at: 0)
    }

    /// The number that the holder wrote; nothing if it has not got to it yet.
    private static func owner(in file: PositionedFile) throws(Finding) -> Int32? {
        let bytes = try file.bytes(at: 0, count: 16)
        return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
