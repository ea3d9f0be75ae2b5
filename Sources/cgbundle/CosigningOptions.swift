import ArgumentParser
import BundleFormat
import Commands
import LibCrypto
import ReleaseExport
import Trust

/// Signatures on a bundle that are made elsewhere: by other people, in hardware, by an identity.
struct CosigningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write just the statement, for others to sign; no bundle, no signature.", valueName: "file"))
    var statementOnly: String?

    @Option(
        help: ArgumentHelp(
            "The statement of an earlier --statement-only, which this export has to come to again, to the byte.",
            valueName: "file"))
    var statement: String?

    @Option(
        help: ArgumentHelp(
            "A signature over --statement, made with `cgbundle sign`, `cosign sign-blob` or openssl; may be given several times.",
            valueName: "file"))
    var signature: [String] = []

    @Option(
        help: ArgumentHelp(
            "Public key (PEM) that a --signature may be of, where --trust has no bundle-signers; may be given several times.",
            valueName: "pub"))
    var signerKey: [String] = []

    func validate() throws {
        guard statementOnly == nil || (statement == nil && signature.isEmpty) else {
            throw ValidationError(
                "--statement-only makes the statement, --statement and --signature go on with it: one after the other"
            )
        }
        guard signature.isEmpty || statement != nil else {
            throw ValidationError("--signature is over a statement: give it with --statement FILE")
        }
        guard signerKey.isEmpty || !signature.isEmpty else {
            throw ValidationError("--signer-key verifies a --signature, and none is given")
        }
    }

    func agreedStatement() throws -> AgreedStatement? {
        try statement.map {
            try AgreedStatement(try InputFile.bytes(of: $0, limit: Statement.maximumSize), name: $0)
        }
    }

    /// The signatures that were made elsewhere, each verified: one that nobody here can verify does not travel.
    func signatures(over statement: AgreedStatement?, beside document: TrustDocument?) throws
        -> [AcceptedSignature]
    {
        guard let statement, !signature.isEmpty else { return [] }
        let policy = try SignerOptions.trusted(
            keys: signerKey, option: "--signer-key", whose: "a signer's", beside: document
        ).policy
        return try signature.map { name in
            let bytes = try InputFile.bytes(of: name, limit: BundleLayout.maximumSignatureSize)
            do throws(TrustError) {
                return try AcceptedSignature(
                    SignatureFile(name: name, bytes: bytes), over: statement.bytes, by: policy)
            } catch {
                // What is said of several signatures together does not say which one was given.
                let finding = Finding(error)
                guard !finding.message.hasPrefix(name) else { throw finding }
                throw Finding(finding.fault, finding.reason, at: finding.step, "\(name): \(finding.message)")
            }
        }
    }

    /// The signatures that are made here come after them; nobody signs twice.
    func all(_ given: [AcceptedSignature], and keys: [PrivateKey]) throws -> BundleSignatures {
        let signatures = BundleSignatures(given: given, keys: keys)
        let signers = signatures.signers
        guard signers.count <= BundleLayout.maximumSignatures else {
            throw Finding(
                .usage, "key.count", at: .signature,
                "\(signers.count) signatures: at most \(BundleLayout.maximumSignatures) stand in a bundle")
        }
        for (number, signer) in signers.enumerated() where signers[..<number].contains(signer) {
            let name = number < signature.count ? signature[number] : "--key"
            throw Finding(
                .usage, "key.duplicate", at: .signature,
                "\(name): is by the same signer as one before it: \(signer)")
        }
        return signatures
    }
}
