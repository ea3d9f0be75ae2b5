/// The name of an entry: relative, plain, and the same on every file system.
///
/// Letters, digits and `._+-` in components divided by single slashes, at most 100 bytes, so that the name
/// always fits the first field of a header. `.` and `..` are refused as components, because unpacking them
/// leads elsewhere.
package struct EntryPath: Hashable, Sendable {
    package let text: String

    package init(_ text: String) throws(ArchiveError) {
        try self.init(bytes: text.utf8)
    }

    package init(bytes: some Collection<UInt8>) throws(ArchiveError) {
        if let fault = EntryPath.fault(in: bytes) {
            throw .entryPath(found: "\"\(visible(bytes))\"", fault: fault)
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func fault(in bytes: some Collection<UInt8>) -> String? {
        guard !bytes.isEmpty else { return "is empty" }
        guard bytes.count <= 100 else { return "is longer than 100 bytes" }
        guard bytes.first != UInt8(ascii: "/") else { return "is absolute" }
        guard bytes.allSatisfy(isPlain) else { return "holds something other than letters, digits and ._+-/" }
        for component in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if component.isEmpty { return "has an empty component" }
            if component.elementsEqual(".".utf8) { return "has the component \".\"" }
            if component.elementsEqual("..".utf8) { return "has the component \"..\"" }
        }
        return nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension EntryPath: CustomStringConvertible {
    package var description: String { text }
}

extension EntryPath: Comparable {
    /// By bytes.
    package static func < (left: EntryPath, right: EntryPath) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}
