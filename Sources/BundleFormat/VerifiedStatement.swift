package import OCI
import SystemPackage
package import Trust

/// A statement that a threshold of pinned keys signed, with the file that it stands in.
package struct VerifiedStatement: Sendable {
    package let statement: Statement
    /// The bytes that were verified.
    package let bytes: [UInt8]
    package let signers: [BundleSigner]
    package let reader: BundleReader

    /// Checks the signatures over the bytes that stand in the file; only then these are parsed.
    init(of reader: BundleReader, acceptedBy policy: SignerPolicy) throws {
        let verified = try policy.verify(reader.front.statement, signatures: reader.front.signatures)
        statement = try Statement(verified)
        bytes = verified.bytes
        signers = verified.signers
        self.reader = reader
    }

    package var digest: Digest { Digest(of: bytes) }

    package var layout: BundleLayout {
        BundleLayout(entries: statement.entries, restOffset: reader.front.restOffset)
    }

    /// Whether the file has exactly the size that the statement gives it: seen before any content is read.
    package func checkSize() throws(Finding) {
        let (expected, found) = (layout.fileSize, reader.opened.size)
        if found < expected {
            throw Finding(
                .format, "tar.truncated", at: .size,
                "\(reader.file.path): is cut short at byte \(found): expected \(expected) bytes, found \(found)"
            )
        }
        if found > expected {
            throw Finding(
                .format, "tar.trailing", at: .size,
                "\(reader.file.path): goes on after its end at byte \(expected): expected \(expected) bytes, "
                    + "found \(found)")
        }
    }
}
