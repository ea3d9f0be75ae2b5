import LibCrypto

/// The name of a piece of content: an algorithm and the hash it gave.
///
/// Two digests are equal exactly when they name the same bytes, so a digest is the key of every table in this
/// package. Only SHA-256 in lowercase hex is read: a second spelling of one digest would defeat every set in
/// which it is a member, and bundle version 1 stores nothing else.
///
/// OCI image-spec 1.1.1, descriptor.md, "Digests".
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 64 lowercase hex digits.
    package let hex: String

    package init(_ text: String) throws(DigestError) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { throw .malformed(text) }
        let isKnown = bytes[..<colon].elementsEqual("sha256".utf8)
        guard isKnown else {
            let others: [String: Int] = ["sha384": 96, "sha512": 128, "blake3": 64]
            let name = String(decoding: bytes[..<colon], as: UTF8.self)
            guard others[name] == bytes.count - colon - 1, bytes[(colon + 1)...].allSatisfy(Self.isHex) else {
                throw .malformed(text)
            }
            throw .algorithm(name)
        }
        guard let digest = Digest(hex: bytes[(colon + 1)...]) else { throw .malformed(text) }
        self = digest
    }

    /// The digest whose hex digits are `hex`, or nothing if they are not 64 lowercase hex digits.
    package init?(hex: some Collection<UInt8>) {
        guard hex.count == 64, hex.allSatisfy(Self.isHex) else { return nil }
        self.hex = String(decoding: hex, as: UTF8.self)
    }

    /// The digest of a finished SHA-256; `hash` is its 32 bytes.
    package init(sha256 hash: [UInt8]) {
        precondition(hash.count == 32, "a SHA-256 has 32 bytes")
        let digits = Array("0123456789abcdef".utf8)
        hex = String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    package init(of bytes: [UInt8]) {
        self.init(sha256: SHA256.hash(bytes))
    }

    package var description: String { "sha256:" + hex }

    package static func < (a: Digest, b: Digest) -> Bool {
        a.hex.utf8.lexicographicallyPrecedes(b.hex.utf8)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

package enum DigestError: Error, Hashable {
    case malformed(String)
    case algorithm(String)

    package var reason: String {
        switch self {
        case .malformed: "digest.syntax"
        case .algorithm: "digest.algorithm"
        }
    }
}

extension DigestError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let text):
            "digest \"\(text)\": expected sha256: and 64 lowercase hex digits"
        case .algorithm(let name):
            "digest algorithm \(name): only sha256 is carried"
        }
    }
}
