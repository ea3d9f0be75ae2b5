package import ArgumentParser
import BundleFormat
import LibCrypto
import ReleaseSet
import SystemPackage
import Trust
import VendorProof

/// The files in which somebody's signature on a blob lies.
///
/// What a file is follows from its content, never from its name or from the option that names it.
package struct EvidenceFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A Sigstore bundle, cosign's older JSON, or several bundles in JSON lines.", valueName: "file"))
    package var bundle: String?

    @Option(help: ArgumentHelp("A signature by itself, in base64 or not.", valueName: "file"))
    package var signature: String?

    @Option(
        help: ArgumentHelp(
            "The signer's certificate, PEM or base64 of it, beside --signature.", valueName: "file"))
    package var certificate: String?

    @Option(
        name: .customLong("rfc3161-timestamp"),
        help: ArgumentHelp("A timestamp of the signature, beside --signature.", valueName: "file"))
    package var timestamp: String?

    package init() {}

    private static let limit = 16 << 20
    private static let lineLimit = 1000

    package func validate() throws {
        guard bundle == nil || signature == nil else {
            throw ValidationError("--bundle and --signature are two forms of one thing: give one of them")
        }
        guard signature != nil || (certificate == nil && timestamp == nil) else {
            throw ValidationError(
                "--certificate and --rfc3161-timestamp go with --signature; a bundle brings its own along")
        }
    }

    var isEmpty: Bool { bundle == nil && signature == nil }

    func requireOne() throws {
        guard isEmpty else { return }
        throw ValidationError(
            "give the signature: --bundle FILE, or --signature FILE with --certificate FILE if it is by a certificate"
        )
    }

    /// Everything that lies in the files; believes nothing of it.
    func read() throws -> [FoundEvidence] {
        guard let name = bundle ?? signature else { return [] }
        try [name, certificate, timestamp].forEach {
            try $0.map { try RefusedOptions.requireFile("evidence", $0) }
        }
        let bytes = try InputFile.bytes(of: name, limit: Self.limit)
        let certificate = try certificate.map { try InputFile.bytes(of: $0, limit: Self.limit) }
        let timestamp = try timestamp.map { try InputFile.bytes(of: $0, limit: Self.limit) }
        let lines = BundleLines.lines(of: bytes)
        let isJSON = lines.first?.bytes.first { !Self.isSpace($0) } == UInt8(ascii: "{")
        guard isJSON, certificate == nil, timestamp == nil else {
            return [
                FoundEvidence(name, aboutImage: false) { () throws(EvidenceFault) in
                    try SignedEvidence(
                        signature: bytes, certificate: certificate, timestamp: timestamp, name: name)
                }
            ]
        }
        // JSON that was laid out for people has lines that begin otherwise.
        guard lines.count > 1, lines.allSatisfy({ $0.bytes.first == UInt8(ascii: "{") && $0.bytes.count > 2 })
        else {
            return [
                FoundEvidence(name, aboutImage: false) { () throws(EvidenceFault) in
                    try SignedEvidence(json: bytes, name: name)
                }
            ]
        }
        guard lines.count <= Self.lineLimit else {
            throw Finding(
                .format, "file.size", at: .signature,
                "\(name): has \(lines.count) lines, at most \(Self.lineLimit) bundles are read")
        }
        return lines.map { line in
            let name = "\(name), line \(line.number)"
            return FoundEvidence(name, aboutImage: false) { () throws(EvidenceFault) in
                try SignedEvidence(json: line.bytes, name: name)
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x09, 0x0a, 0x0d, 0x20].contains(byte) }
}

extension FoundEvidence {
    /// Whether its certificate's key hashes the content itself.
    var needsMessage: Bool {
        guard case .success(let evidence) = reading, case .certificate(let certificate) = evidence.signer
        else {
            return false
        }
        // A certificate with another key than is known is refused where it is verified.
        return (try? certificate.key())?.needsMessage ?? false
    }
}
