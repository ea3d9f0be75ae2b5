import CLibCrypto

/// What stands in a file in place of the PEM that belongs there.
struct PEMFault: Error {
    let found: String
}

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
    /// Two blocks are refused, because which of them counts would be a guess.
    static func only(in pem: [UInt8]) throws(PEMFault) -> PEMBlock {
        try reading(pem) { (bio) throws(PEMFault) -> PEMBlock in
            let first = try next(from: bio)
            guard let block = first else { throw PEMFault(found: "no PEM block") }
            if try next(from: bio) != nil { throw PEMFault(found: "more than one PEM block") }
            return block
        }
    }

    /// The contents of a file of blocks that all have this label, for what is no secret.
    static func contents(of pem: [UInt8], label: String, atMost limit: Int) throws(PEMFault) -> [[UInt8]] {
        try reading(pem) { (bio) throws(PEMFault) -> [[UInt8]] in
            var contents: [[UInt8]] = []
            while let block = try next(from: bio) {
                guard block.label == label, !block.hasHeaders else {
                    throw PEMFault(found: block.printableLabel)
                }
                guard contents.count < limit else { throw PEMFault(found: "more than \(limit) PEM blocks") }
                contents.append(block.content)
            }
            guard !contents.isEmpty else { throw PEMFault(found: "no PEM block") }
            return contents
        }
    }

    /// A block as text, in lines of 64 characters with a final newline.
    static func text(label: String, content: [UInt8]) -> [UInt8] {
        var text = [UInt8]("-----BEGIN \(label)-----\n".utf8)
        // 48 bytes are 64 characters, the line length of RFC 7468, section 2.
        for start in stride(from: 0, to: content.count, by: 48) {
            let line = [UInt8](content[start..<min(start + 48, content.count)])
            text += [UInt8](unsafeUninitializedCapacity: 65) { characters, count in
                count = Int(EVP_EncodeBlock(characters.baseAddress, line, Int32(line.count)))
            }
            text.append(0x0a)
        }
        return text + "-----END \(label)-----\n".utf8
    }

    private static func reading<Result: ~Copyable>(
        _ pem: [UInt8], _ body: (OpaquePointer) throws(PEMFault) -> Result,
    ) throws(PEMFault) -> Result {
        guard !pem.isEmpty, let count = CInt(exactly: pem.count) else {
            throw PEMFault(found: "\(pem.count) bytes")
        }
        return try pem.span.withUnsafeBytes { (memory) throws(PEMFault) -> Result in
            guard let bio = BIO_new_mem_buf(memory.baseAddress, count) else {
                OpenSSLErrors.stopWithoutMemory()
            }
            defer { BIO_free_all(bio) }
            return try body(bio)
        }
    }

    /// The next block. `EC PARAMETERS`, which OpenSSL writes before an `EC PRIVATE KEY`, is passed over.
    private static func next(from bio: OpaquePointer) throws(PEMFault) -> PEMBlock? {
        while let block = try any(from: bio) {
            if block.label != "EC PARAMETERS" { return block }
        }
        return nil
    }

    private static func any(from bio: OpaquePointer) throws(PEMFault) -> PEMBlock? {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard PEM_read_bio(bio, &name, &header, &bytes, &count) == 1, let name, let header, let bytes else {
            let reason = ERR_GET_REASON(ERR_peek_last_error())
            OpenSSLErrors.clear()
            if reason == PEM_R_NO_START_LINE { return nil }
            throw PEMFault(found: "a broken PEM block")
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

    /// Decodes the content with one of OpenSSL's `d2i` functions, which must use every byte; it is not copied.
    borrowing func decoded(
        with d2i: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?, freeing free: (OpaquePointer?) -> Void
    ) -> OpaquePointer? {
        UnsafeBufferPointer(start: UnsafePointer(bytes), count: count).decoded(with: d2i, freeing: free)
    }

    /// A copy of the content, for what is no secret.
    var content: [UInt8] {
        [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    }
}
