package import OCI

/// What an SBOM or a scan report says of what it is about.
package struct DocumentFacts: Hashable, Sendable {
    /// Bytes; larger reports are refused.
    package static let sizeLimit: Int64 = 256 << 20

    package let isSPDX: Bool
    package let isSARIF: Bool
    /// Those of the digests looked for that it names anywhere.
    package let digests: Set<Digest>
    /// Whether it names further digests.
    package let namesOthers: Bool
    /// The top-level members `name` and `version`, which tell people what it is.
    package let names: [String]
}

/// Reads reports of any size without keeping them: the members of the top level, and digests wherever they stand.
///
/// A digest counts if its 64 hex digits stand alone, whatever goes before: `sha256:`, the `sha256%3A` of a package URL
/// or the `checksumValue` of SPDX. Only digests that are looked for are kept, because an SBOM may list a checksum
/// for each of a million files.
package struct DocumentScan {
    private let wanted: Set<Digest>
    private var digests: Set<Digest> = []
    private var namesOthers = false

    private var depth = 0
    private var isInString = false
    private var isEscape = false
    private var isClosed = false
    private var isBroken = false
    private var opensWithObject = false
    private var hasRuns = false
    private var isValue = false
    private var key = ""
    private var members: [String: String] = [:]
    private var text: [UInt8] = []

    private var run: [UInt8] = []
    private var isGlued = false
    /// Bytes that belong to an escape: the `3A` of `%3A` is no part of the digest behind it.
    private var skipped = 0

    private static let textLimit = 512
    private static let told: Set<String> = ["spdxVersion", "version", "name"]

    package init(lookingFor digests: Set<Digest>) {
        wanted = digests
        run.reserveCapacity(65)
    }

    package mutating func take(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            noteDigit(byte)
            noteStructure(byte)
        }
    }

    package consuming func finish() -> DocumentFacts {
        endRun(isGlued: false)
        let isWhole = isClosed && opensWithObject && !isBroken && !isInString
        let (spdx, version) = (members["spdxVersion"] ?? "", members["version"] ?? "")
        return DocumentFacts(
            isSPDX: isWhole && spdx.hasPrefix("SPDX-"),
            isSARIF: isWhole && hasRuns && version.hasPrefix("2."),
            digests: digests, namesOthers: namesOthers,
            names: [members["name"], members["version"]].compactMap { $0 })
    }

    private mutating func noteDigit(_ byte: UInt8) {
        if skipped > 0 {
            skipped -= 1
            return
        }
        if isEscape {
            endRun(isGlued: false)
            if byte == UInt8(ascii: "u") { skipped = 4 }
            return
        }
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        if isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) {
            if run.count < 65 { run.append(isDigit ? byte : byte | 0x20) }
            return
        }
        endRun(isGlued: (UInt8(ascii: "g")...UInt8(ascii: "z")).contains(byte | 0x20))
        if byte == UInt8(ascii: "%") { skipped = 2 }
    }

    /// - Parameter isGlued: whether a letter ended it: a part of a word is no digest, and what follows is none either.
    private mutating func endRun(isGlued: Bool) {
        if run.count == 64, !self.isGlued, !isGlued, let digest = Digest(hex: run) {
            if wanted.contains(digest) { digests.insert(digest) } else { namesOthers = true }
        }
        run.removeAll(keepingCapacity: true)
        self.isGlued = isGlued
    }

    private mutating func noteStructure(_ byte: UInt8) {
        if isInString {
            noteCharacter(byte)
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            text.removeAll(keepingCapacity: true)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            open(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            isClosed = depth == 0
            isBroken = isBroken || depth < 0
        case UInt8(ascii: ":") where depth == 1:
            isValue = true
        case UInt8(ascii: ",") where depth == 1:
            isValue = false
        default:
            break
        }
    }

    private mutating func open(_ byte: UInt8) {
        isBroken = isBroken || isClosed
        if depth == 0 { opensWithObject = byte == UInt8(ascii: "{") }
        if depth == 1, isValue, key == "runs", byte == UInt8(ascii: "[") { hasRuns = true }
        depth += 1
    }

    private mutating func noteCharacter(_ byte: UInt8) {
        if isEscape {
            isEscape = false
        } else if byte == UInt8(ascii: "\\") {
            isEscape = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            if depth == 1 { noteText() }
            return
        }
        if depth == 1, text.count < Self.textLimit { text.append(byte) }
    }

    private mutating func noteText() {
        let text = String(decoding: text, as: UTF8.self)
        if !isValue {
            key = text
        } else if Self.told.contains(key) {
            members[key] = text
        }
    }
}
