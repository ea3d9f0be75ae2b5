/// A kind of file that someone may hand over in place of a bundle, known by its first bytes.
package enum KnownFile: String, Sendable, CaseIterable {
    case gzip, zstd, xz, bzip2, lz4, lzip
    case zip = "ZIP archive"
    case sevenZip = "7-Zip archive"
    case rar = "RAR archive"
    case pdf = "PDF document"
    case elf = "ELF program"
    case html = "HTML page"
    case cpio = "cpio archive"
    case script = "script"

    /// No more bytes than these are looked at.
    package static let bytesNeeded = 16

    package init?(startingWith bytes: [UInt8]) {
        let found = KnownFile.allCases.first { kind in
            kind.beginnings.contains { bytes.starts(with: $0) }
        }
        guard let found else { return nil }
        self = found
    }

    /// What to call it in a message.
    package var name: String { rawValue }

    /// Whether decompressing could bring a bundle to light.
    package var isCompressed: Bool {
        switch self {
        case .gzip, .zstd, .xz, .bzip2, .lz4, .lzip: true
        case .zip, .sevenZip, .rar, .pdf, .elf, .html, .cpio, .script: false
        }
    }

    /// The stable word for scripts and tests.
    package var reason: String { self == .gzip ? "file.compressed" : "file.magic" }

    private var beginnings: [[UInt8]] {
        switch self {
        case .gzip: [[0x1F, 0x8B]]
        case .zstd: [[0x28, 0xB5, 0x2F, 0xFD]]
        case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]]
        case .bzip2: [Array("BZh".utf8)]
        case .lz4: [[0x04, 0x22, 0x4D, 0x18]]
        case .lzip: [Array("LZIP".utf8)]
        case .zip: [Array("PK".utf8) + [3, 4], Array("PK".utf8) + [5, 6]]
        case .sevenZip: [Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C]]
        case .rar: [Array("Rar!".utf8) + [0x1A, 0x07]]
        case .pdf: [Array("%PDF-".utf8)]
        case .elf: [[0x7F] + Array("ELF".utf8)]
        case .html:
            [Array("<!DOCTYPE".utf8), Array("<!doctype".utf8), Array("<html".utf8), Array("<HTML".utf8)]
        case .cpio: [Array("070701".utf8), Array("070707".utf8)]
        case .script: [Array("#!".utf8)]
        }
    }
}
