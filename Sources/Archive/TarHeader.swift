private import CLibArchive

/// The one header an entry of a bundle may have: a regular file, mode 0644, owned by nobody, made at no time.
///
/// Whoever knows path and size knows every byte of it, so a reader compares headers and interprets none.
/// Libarchive writes them, in its restricted pax format: plain ustar up to 8 GiB - 1, and from 8 GiB on a pax
/// header with the one record `size` in front (POSIX.1-2017, pax, "ustar Interchange Format" and "pax
/// Extended Header").
package enum TarHeader {
    package static let blockSize = 512

    /// Two blocks of zeros end an archive.
    package static let endOfArchive = 1024

    /// Sizes up to this one fit the eleven octal digits of ustar.
    package static let largestPlainSize: Int64 = 8_589_934_591

    /// 512 bytes, or 1536 with the pax header that a size above `largestPlainSize` needs.
    package static func bytes(path: EntryPath, size: Int64) throws(ArchiveError) -> [UInt8] {
        guard size >= 0, size <= Int64.max - Int64(blockSize) else {
            throw .entrySize(path: path.text, found: size)
        }
        let header = try write(describe(path: path, size: size))
        guard header.count == length(size: size) else {
            throw .headerLength(path: path.text, found: header.count)
        }
        return header
    }

    /// How long the header of an entry of that size is.
    package static func length(size: Int64) -> Int {
        size <= largestPlainSize ? blockSize : 3 * blockSize
    }

    /// The bytes an entry of that size takes, without its header: filled up to whole blocks.
    package static func paddedSize(_ size: Int64) -> Int64 {
        (size + Int64(blockSize) - 1) / Int64(blockSize) * Int64(blockSize)
    }

    private static func describe(path: EntryPath, size: Int64) throws(ArchiveError) -> EntryHandle {
        let entry = try EntryHandle()
        archive_entry_set_pathname(entry.raw, path.text)
        archive_entry_set_size(entry.raw, size)
        archive_entry_set_filetype(entry.raw, 0o100000)
        archive_entry_set_perm(entry.raw, 0o644)
        archive_entry_set_uid(entry.raw, 0)
        archive_entry_set_gid(entry.raw, 0)
        archive_entry_set_mtime(entry.raw, 0, 0)
        return entry
    }

    private static func write(_ entry: consuming EntryHandle) throws(ArchiveError) -> [UInt8] {
        let collected = UnsafeMutablePointer<[UInt8]>.allocate(capacity: 1)
        collected.initialize(to: [])
        // Deferred first, so run last: the handle may call back until it is freed.
        defer {
            collected.deinitialize(count: 1)
            collected.deallocate()
        }
        try write(entry, to: collected)
        return collected.pointee
    }

    private static func write(
        _ entry: borrowing EntryHandle, to collected: UnsafeMutablePointer<[UInt8]>
    ) throws(ArchiveError) {
        let writer = try WriteHandle()
        let action = "preparing a header"
        try writer.check(archive_write_set_format_pax_restricted(writer.raw), doing: action)
        // No blocking: every byte comes to the callback at once.
        try writer.check(archive_write_set_bytes_per_block(writer.raw, 0), doing: action)
        let status = archive_write_open(
            writer.raw, collected, nil,
            { _, collected, bytes, count in
                guard let collected, let bytes else { return -1 }
                collected.assumingMemoryBound(to: [UInt8].self).pointee
                    .append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
                return count
            }, nil)
        try writer.check(status, doing: action)
        try writer.check(archive_write_header(writer.raw, entry.raw), doing: "writing a header")
    }
}
