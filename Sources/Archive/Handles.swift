private import CLibArchive

/// Sole owner of one libarchive read handle.
struct ReadHandle: ~Copyable {
    let raw: OpaquePointer

    init() throws(ArchiveError) {
        guard let raw = archive_read_new() else { throw .outOfMemory }
        self.raw = raw
    }

    deinit {
        // Nothing can be lost by a failure here: what was read has been checked call by call.
        _ = archive_read_free(raw)
    }

    /// Turns a libarchive status into an error that carries libarchive's own words.
    borrowing func check(_ status: CInt, doing action: String) throws(ArchiveError) {
        guard status == ARCHIVE_OK else { throw failure(of: raw, doing: action) }
    }
}

/// Sole owner of one libarchive write handle that is only ever asked for a header.
struct WriteHandle: ~Copyable {
    let raw: OpaquePointer

    init() throws(ArchiveError) {
        guard let raw = archive_write_new() else { throw .outOfMemory }
        self.raw = raw
    }

    deinit {
        // Without this, freeing would pad the entry that was announced with zeros up to its full size.
        _ = archive_write_fail(raw)
        _ = archive_write_free(raw)
    }

    borrowing func check(_ status: CInt, doing action: String) throws(ArchiveError) {
        guard status == ARCHIVE_OK else { throw failure(of: raw, doing: action) }
    }
}

/// Sole owner of the description of one entry.
struct EntryHandle: ~Copyable {
    let raw: OpaquePointer

    init() throws(ArchiveError) {
        guard let raw = archive_entry_new() else { throw .outOfMemory }
        self.raw = raw
    }

    deinit { archive_entry_free(raw) }
}

private func failure(of archive: OpaquePointer, doing action: String) -> ArchiveError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
    return .libarchive(doing: action, reason: reason)
}
