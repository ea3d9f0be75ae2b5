package import SystemPackage

/// What goes wrong with a tar archive or on the way to it.
package enum ArchiveError: Error, Hashable, Sendable {
    /// A name that no entry of ours may have.
    case entryPath(found: String, fault: String)
    /// A size that no entry can have.
    case entrySize(path: String, found: Int64)
    /// A header is not as long as every header we write has to be.
    case headerLength(path: String, found: Int)
    /// Libarchive refuses; the reason is in its own words.
    case libarchive(doing: String, reason: String)
    /// The file cannot be read at that offset.
    case unreadable(offset: Int64, Errno)
    case tooManyEntries(limit: Int)
    case outOfMemory

    /// The stable word for scripts and tests.
    package var reason: String {
        switch self {
        case .entryPath: "tar.path"
        case .entrySize, .headerLength: "tar.size"
        case .libarchive: "tar.unreadable"
        case .unreadable: "file.read"
        case .tooManyEntries: "tar.entries"
        case .outOfMemory: "memory"
        }
    }
}

extension ArchiveError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .entryPath(let found, let fault):
            "entry name \(found): \(fault)"
        case .entrySize(let path, let found):
            "\(path): an entry cannot have \(found) bytes"
        case .headerLength(let path, let found):
            "\(path): libarchive wrote a header of \(found) bytes in place of 512 or 1536"
        case .libarchive(let action, let reason):
            "libarchive, \(action): \(visible(reason.utf8))"
        case .unreadable(let offset, let error):
            "archive: cannot be read at byte \(offset): \(error)"
        case .tooManyEntries(let limit):
            "archive: holds more than \(limit) entries"
        case .outOfMemory:
            "libarchive: got no memory"
        }
    }
}

/// Bytes from an archive, fit for a terminal: whatever is not printable ASCII is spelled out, what is long is
/// cut.
func visible(_ bytes: some Sequence<UInt8>) -> String {
    var shown = ""
    for (count, byte) in bytes.enumerated() {
        guard count < 160 else { return shown + "…" }
        switch byte {
        case UInt8(ascii: "\\"): shown += "\\\\"
        case 0x20..<0x7F: shown.unicodeScalars.append(Unicode.Scalar(byte))
        default: shown += "\\u{\(String(byte, radix: 16))}"
        }
    }
    return shown
}
