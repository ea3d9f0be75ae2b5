extension SealedKey {
    private static let label = "ENCRYPTED SIGSTORE PRIVATE KEY"
    /// What cosign before version 2 writes and reads.
    private static let oldLabel = "ENCRYPTED COSIGN PRIVATE KEY"

    /// The JSON of a file with one PEM block of cosign's; `nil` where the block is of another kind.
    package static func json(inPEM pem: [UInt8]) throws(KeyError) -> [UInt8]? {
        let block: PEMBlock
        do { block = try PEMBlock.only(in: pem) } catch {
            throw .malformed(expected: PrivateKey.expected, found: error.found)
        }
        guard [label, oldLabel].contains(block.label), !block.hasHeaders else { return nil }
        return block.content
    }

    /// A file with this JSON.
    ///
    /// - Parameter isOld: whether cosign before version 2 is to read it.
    package static func pem(json: [UInt8], isOld: Bool = false) -> [UInt8] {
        PEMBlock.text(label: isOld ? oldLabel : label, content: json)
    }
}
