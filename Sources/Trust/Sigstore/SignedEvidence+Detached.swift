import LibCrypto
import StrictJSON

extension SignedEvidence {
    /// Takes the separate files that `cosign sign-blob` writes.
    ///
    /// - Parameters:
    ///   - signature: base64 in any number of lines, or the bytes themselves.
    ///   - certificate: a PEM file, or its base64, which is what cosign writes unless told otherwise.
    ///   - timestamp: an RFC 3161 response in DER, or cosign's JSON around it.
    package init(
        signature: [UInt8], certificate: [UInt8]? = nil, timestamp: [UInt8]? = nil, name: String
    ) throws(EvidenceFault) {
        guard signature.count <= Self.fileLimit, certificate?.count ?? 0 <= Self.fileLimit,
            timestamp?.count ?? 0 <= Self.fileLimit
        else {
            throw EvidenceFault(.format, "\(name): expected files of at most \(Self.fileLimit) bytes")
        }
        try self.init(
            name: name, format: .detached,
            content: .message(signature: Self.decodedOrRaw(signature), digest: nil),
            signer: certificate.map { bytes throws(EvidenceFault) in try Self.signer(pem: bytes, name) }
                ?? .unnamed,
            timestamps: timestamp.map { bytes throws(EvidenceFault) in [try Self.timestamp(bytes, name)] }
                ?? [])
    }

    private static let fileLimit = 1 << 16

    /// A signature from base64 in any number of lines, or the bytes as they are.
    static func decodedOrRaw(_ bytes: [UInt8]) -> [UInt8] {
        let text = bytes.filter { !Self.whitespace.contains($0) }
        do throws(Base64Error) {
            return try Base64.decode(String(decoding: text, as: UTF8.self))
        } catch {
            // A signature in DER begins with a byte that base64 has, but never holds only such bytes.
            return bytes
        }
    }

    private static let whitespace: [UInt8] = [0x09, 0x0a, 0x0d, 0x20]

    /// A certificate, or a key that is only ever compared, from PEM or from base64 of PEM.
    static func signer(pem bytes: [UInt8], _ name: String) throws(EvidenceFault) -> Signer {
        let text = String(decoding: bytes, as: UTF8.self)
        let pem: [UInt8]
        if text.utf8.starts(with: "-----BEGIN".utf8) {
            pem = bytes
        } else {
            pem = try base64(
                String(decoding: bytes.filter { !whitespace.contains($0) }, as: UTF8.self),
                "\(name): the certificate")
        }
        if pem.starts(with: "-----BEGIN PUBLIC KEY-----".utf8) {
            do throws(KeyError) {
                return .enclosedKey(try VerificationKey(pem: pem))
            } catch {
                throw EvidenceFault(.key, "\(name): \(error)")
            }
        }
        do throws(CertificateError) {
            return .certificate(try Certificate(pem: pem))
        } catch {
            throw EvidenceFault(.certificate, "\(name): \(error)")
        }
    }
}
