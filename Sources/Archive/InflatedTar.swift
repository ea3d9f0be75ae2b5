private import CLibArchive

#if canImport(Glibc)
    private import Glibc
#else
    private import Darwin
#endif

/// One entry of a tar archive while its content is at hand.
struct TarEntry: ~Copyable {
    let name: [UInt8]
    let size: Int64
    let isFile: Bool
    let isFolder: Bool
    private let archive: OpaquePointer

    fileprivate init(_ entry: OpaquePointer, of archive: OpaquePointer) {
        self.archive = archive
        name =
            archive_entry_pathname(entry).map {
                Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))
            } ?? []
        size = archive_entry_size(entry)
        let isLink = archive_entry_hardlink(entry) != nil || archive_entry_symlink(entry) != nil
        isFile = archive_entry_filetype(entry) == 0o100000 && !isLink
        isFolder = archive_entry_filetype(entry) == 0o040000 && !isLink
    }

    /// All of the content, which the caller has found small enough.
    borrowing func content(archive name: String) throws(ChartArchiveError) -> [UInt8] {
        let size = Int(size)
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let read = archive_read_data(archive, buffer.baseAddress.map { $0 + count }, size - count)
                guard read > 0 else {
                    failed = true
                    break
                }
                count += Int(read)
            }
        }
        guard !failed else { throw .syntax(archive: name, fault: "ends inside of \(visible(self.name))") }
        return bytes
    }
}

/// A tar archive inside of a gzip stream in memory, inflated piece by piece.
///
/// Two libarchive handles, one behind the other: the first inflates and the second reads tar from what comes out. So
/// every inflated byte is counted before the second sees it, and what lies behind either end is noticed, which
/// libarchive would pass over in silence.
enum InflatedTar {
    static func read(
        _ bytes: UnsafeRawBufferPointer, archive name: String,
        _ body: (borrowing TarEntry) throws(ChartArchiveError) -> Void,
    ) throws(ChartArchiveError) {
        do {
            let inflater = try ReadHandle()
            let action = "opening the gzip stream"
            try inflater.check(archive_read_support_filter_gzip(inflater.raw), doing: action)
            try inflater.check(archive_read_support_format_raw(inflater.raw), doing: action)
            try inflater.check(
                archive_read_open_memory(inflater.raw, bytes.baseAddress, bytes.count), doing: action)
            var entry: OpaquePointer?
            try inflater.check(archive_read_next_header(inflater.raw, &entry), doing: action)
            let stream = UnsafeMutablePointer<Inflation>.allocate(capacity: 1)
            stream.initialize(to: Inflation(source: inflater.raw))
            defer {
                stream.deinitialize(count: 1)
                stream.deallocate()
            }
            do {
                let end = try readTar(stream, body)
                // Behind the end of a tar archive there is nothing but zeros, which fill its last record.
                while stream.pointee.next() != nil {}
                guard stream.pointee.contentEnd <= end else {
                    throw ChartArchiveError.syntax(
                        archive: name, fault: "something follows the end of the tar archive")
                }
                if let trouble = stream.pointee.trouble(archive: name) { throw trouble }
            } catch {
                // What the inflater found is the cause of whatever the reader behind it says.
                throw stream.pointee.trouble(archive: name) ?? error
            }
            guard archive_filter_bytes(inflater.raw, -1) == bytes.count else {
                throw ChartArchiveError.syntax(archive: name, fault: "bytes follow the gzip stream")
            }
        } catch let error as ChartArchiveError {
            throw error
        } catch ArchiveError.outOfMemory {
            throw .outOfMemory
        } catch {
            throw .syntax(archive: name, fault: "\(error)")
        }
    }

    /// Reads up to the end of the tar archive and says where that is in the inflated bytes.
    private static func readTar(
        _ stream: UnsafeMutablePointer<Inflation>,
        _ body: (borrowing TarEntry) throws(ChartArchiveError) -> Void,
    ) throws -> Int64 {
        let reader = try ReadHandle()
        let action = "reading the tar archive"
        try reader.check(archive_read_support_format_tar(reader.raw), doing: action)
        try reader.check(archive_read_set_read_callback(reader.raw, inflate), doing: action)
        try reader.check(archive_read_set_callback_data(reader.raw, stream), doing: action)
        try reader.check(archive_read_open1(reader.raw), doing: action)
        while true {
            var entry: OpaquePointer?
            let status = archive_read_next_header(reader.raw, &entry)
            if status == ARCHIVE_EOF { return archive_filter_bytes(reader.raw, 0) }
            try reader.check(status, doing: action)
            guard let entry else {
                throw ArchiveError.libarchive(doing: action, reason: "no entry")
            }
            try body(TarEntry(entry, of: reader.raw))
        }
    }
}

/// The inflating handle as the callback of the other one sees it.
private struct Inflation {
    private enum Failure {
        case gzip(String)
        case tooMuch(Int64)
    }

    let source: OpaquePointer
    private var total: Int64 = 0
    /// Behind the last inflated byte that is not zero.
    private(set) var contentEnd: Int64 = 0
    private var failure: Failure?

    init(source: OpaquePointer) {
        self.source = source
    }

    /// The next inflated bytes, valid until the next call; nothing at the end or at a failure.
    mutating func next() -> UnsafeRawBufferPointer? {
        var (start, count, offset) = (UnsafeRawPointer?.none, 0, la_int64_t(0))
        var status = ARCHIVE_OK
        // An empty block is no end.
        repeat {
            status = archive_read_data_block(source, &start, &count, &offset)
        } while status == ARCHIVE_OK && count == 0
        guard status == ARCHIVE_OK else {
            if status != ARCHIVE_EOF {
                failure = .gzip(archive_error_string(source).map { String(cString: $0) } ?? "no reason given")
            }
            return nil
        }
        total += Int64(count)
        guard total <= ChartArchive.expandedLimit else {
            failure = .tooMuch(total)
            return nil
        }
        let piece = UnsafeRawBufferPointer(start: start, count: count)
        if !Self.isZero(piece), let last = piece.lastIndex(where: { $0 != 0 }) {
            contentEnd = total - Int64(count) + Int64(last) + 1
        }
        return piece
    }

    /// Each byte equals the one before it, and the first is zero.
    private static func isZero(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard let start = piece.baseAddress, piece.first == 0 else { return piece.isEmpty }
        return memcmp(start, start + 1, piece.count - 1) == 0
    }

    var hasFailed: Bool { failure != nil }

    func trouble(archive: String) -> ChartArchiveError? {
        switch failure {
        case nil: nil
        case .gzip(let reason): .syntax(archive: archive, fault: "gzip: \(visible(reason.utf8))")
        case .tooMuch(let found):
            .size(
                archive: archive, thing: "inflated bytes", found: found, limit: ChartArchive.expandedLimit)
        }
    }
}

private func inflate(
    _: OpaquePointer?, _ stream: UnsafeMutableRawPointer?, _ block: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
    guard let stream = stream?.assumingMemoryBound(to: Inflation.self), let block else { return -1 }
    guard let piece = stream.pointee.next() else { return stream.pointee.hasFailed ? -1 : 0 }
    block.pointee = piece.baseAddress
    return piece.count
}
