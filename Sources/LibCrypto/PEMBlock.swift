import CLibCrypto

/// One PEM block in memory of its own, which is wiped when the block goes.
///
/// RFC 7468; the legacy headers of RFC 1421 are seen only to be refused by whoever meets them.
struct PEMBlock: ~Copyable {
    /// The label between `BEGIN` and the dashes.
    let label: String
    /// Whether there are header lines, as legacy encryption writes them.
    let hasHeaders: Bool
    private let bytes: UnsafeMutablePointer<UInt8>
    private let count: Int

    deinit {
        cgbundle_clear_free(bytes, count)
    }

    /// The only block of a file.
    ///
    /// `EC PARAMETERS`, which OpenSSL writes before an `EC PRIVATE KEY`, is passed over. Two blocks are refused,
    /// because which of them counts would be a guess.
    static func only(in pem: [UInt8], expected: String) throws(KeyError) -> PEMBlock {
        guard !pem.isEmpty, let count = CInt(exactly: pem.count) else {
            throw .malformed(expected: expected, found: "\(pem.count) bytes")
        }
        return try pem.span.withUnsafeBytes { (memory) throws(KeyError) -> PEMBlock in
            guard let bio = BIO_new_mem_buf(memory.baseAddress, count) else {
                throw .openSSL(doing: "reading", reason: OpenSSLErrors.take())
            }
            defer { BIO_free_all(bio) }
            let first = try next(from: bio, expected)
            guard let block = first else { throw .malformed(expected: expected, found: "no PEM block") }
            if try next(from: bio, expected) != nil {
                throw .malformed(expected: expected, found: "more than one PEM block")
            }
            return block
        }
    }

    private static func next(from bio: OpaquePointer, _ expected: String) throws(KeyError) -> PEMBlock? {
        while let block = try any(from: bio, expected) {
            if block.label != "EC PARAMETERS" { return block }
        }
        return nil
    }

    private static func any(from bio: OpaquePointer, _ expected: String) throws(KeyError) -> PEMBlock? {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard PEM_read_bio(bio, &name, &header, &bytes, &count) == 1, let name, let header, let bytes else {
            let reason = ERR_GET_REASON(ERR_peek_last_error())
            OpenSSLErrors.clear()
            if reason == PEM_R_NO_START_LINE { return nil }
            throw .malformed(expected: expected, found: "a broken PEM block")
        }
        defer {
            cgbundle_free(name)
            cgbundle_free(header)
        }
        return PEMBlock(
            label: String(cString: name), hasHeaders: header.pointee != 0, bytes: bytes, count: count)
    }

    private init(label: String, hasHeaders: Bool, bytes: UnsafeMutablePointer<UInt8>, count: Int) {
        self.label = label
        self.hasHeaders = hasHeaders
        self.bytes = bytes
        self.count = count
    }

    /// The label for a message; anything but plain capitals is kept away from terminals.
    var printableLabel: String {
        let plain = label.utf8.allSatisfy {
            (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x20
        }
        return plain && label.utf8.count <= 64 ? "a PEM block \"\(label)\"" : "a PEM block of another kind"
    }

    /// Decodes the content with one of OpenSSL's `d2i` functions, which must use every byte.
    borrowing func decoded(
        with d2i: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?, freeing free: (OpaquePointer?) -> Void
    ) -> OpaquePointer? {
        var cursor: UnsafePointer<UInt8>? = UnsafePointer(bytes)
        guard let object = d2i(&cursor, count) else { return nil }
        guard cursor == UnsafePointer(bytes + count) else {
            free(object)
            return nil
        }
        return object
    }

    /// A copy of the content, for what is no secret.
    var content: [UInt8] {
        [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    }
}
