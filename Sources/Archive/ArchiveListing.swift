private import CLibArchive
package import SystemPackage

#if canImport(Glibc)
    private import Glibc
#else
    private import Darwin
#endif

/// One entry as libarchive sees it.
package struct ListedEntry: Hashable, Sendable {
    package let path: [UInt8]
    package let size: Int64
    /// Where the content starts in the file.
    package let dataOffset: Int64
    /// Neither a folder nor a device nor any kind of link.
    package let isRegularFile: Bool
}

/// A second opinion about an archive, by a reader that is not ours.
///
/// It is no check by itself: libarchive follows pax overrides, stops at the first block of zeros and takes an
/// archive without its end for a whole one. Where it sees the same names, sizes and places as the signed
/// statement says, other tools will see them too.
package enum ArchiveListing {
    /// Lists a tar archive, and tar only, without decompressing.
    ///
    /// Content is skipped, and the file offset of the descriptor stays where it is. Everything libarchive
    /// does not call plainly good is an error, also what it calls a warning.
    package static func entries(
        of descriptor: FileDescriptor, fileSize: Int64, limit: Int
    ) throws(ArchiveError) -> [ListedEntry] {
        let window = UnsafeMutablePointer<Window>.allocate(capacity: 1)
        window.initialize(to: Window(descriptor: descriptor, fileSize: fileSize))
        // Deferred first, so run last: the handle may call back until it is freed.
        defer {
            window.pointee.buffer.deallocate()
            window.deinitialize(count: 1)
            window.deallocate()
        }
        do throws(ArchiveError) {
            return try entries(in: window, limit: limit)
        } catch {
            guard let failure = window.pointee.failure else { throw error }
            throw .unreadable(offset: window.pointee.offset, failure)
        }
    }

    private static func entries(
        in window: UnsafeMutablePointer<Window>, limit: Int
    ) throws(ArchiveError) -> [ListedEntry] {
        let reader = try ReadHandle()
        let action = "opening the archive"
        try reader.check(archive_read_support_format_tar(reader.raw), doing: action)
        try reader.check(archive_read_set_read_callback(reader.raw, readBlock), doing: action)
        try reader.check(archive_read_set_skip_callback(reader.raw, skipBytes), doing: action)
        try reader.check(archive_read_set_callback_data(reader.raw, window), doing: action)
        try reader.check(archive_read_open1(reader.raw), doing: action)
        var entries: [ListedEntry] = []
        while true {
            var entry: OpaquePointer?
            let status = archive_read_next_header(reader.raw, &entry)
            if status == ARCHIVE_EOF { return entries }
            try reader.check(status, doing: "reading the header after entry \(entries.count)")
            guard entries.count < limit else { throw .tooManyEntries(limit: limit) }
            guard let entry, let name = archive_entry_pathname(entry) else {
                throw .libarchive(doing: "reading the name of entry \(entries.count + 1)", reason: "no name")
            }
            entries.append(
                ListedEntry(
                    path: Array(UnsafeRawBufferPointer(start: name, count: strlen(name))),
                    size: archive_entry_size(entry),
                    dataOffset: archive_filter_bytes(reader.raw, 0),
                    isRegularFile: isRegularFile(entry)))
        }
    }

    private static func isRegularFile(_ entry: OpaquePointer) -> Bool {
        archive_entry_filetype(entry) == 0o100000 && archive_entry_hardlink(entry) == nil
            && archive_entry_symlink(entry) == nil
    }
}

/// The file as libarchive's callbacks see it.
private struct Window {
    /// Small blocks win: most of the archive is skipped, and what is read with a header is read in vain.
    static let blockSize = 10_240

    let descriptor: FileDescriptor
    let fileSize: Int64
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Window.blockSize, alignment: 16)
    var offset: Int64 = 0
    var failure: Errno?

    mutating func read() -> Int {
        do {
            let count = try descriptor.read(fromAbsoluteOffset: offset, into: buffer)
            offset += Int64(count)
            return count
        } catch {
            failure = error as? Errno ?? .ioError
            return -1
        }
    }

    /// Never past the end, so that content which is not there is missed.
    mutating func skip(_ request: Int64) -> Int64 {
        let skipped = max(0, min(request, fileSize - offset))
        offset += skipped
        return skipped
    }
}

private func readBlock(
    _: OpaquePointer?, _ window: UnsafeMutableRawPointer?, _ block: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
    guard let window = window?.assumingMemoryBound(to: Window.self), let block else { return -1 }
    block.pointee = UnsafeRawPointer(window.pointee.buffer.baseAddress)
    return window.pointee.read()
}

private func skipBytes(_: OpaquePointer?, _ window: UnsafeMutableRawPointer?, _ request: Int64) -> Int64 {
    window?.assumingMemoryBound(to: Window.self).pointee.skip(request) ?? 0
}
