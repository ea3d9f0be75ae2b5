package import ArgumentParser
import BundleFormat
import LibCrypto
import SystemPackage
package import Trust

/// Whose signature on the bundle is believed.
package struct SignerOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "Public key (PEM) of someone who may sign bundles; may be given several times.", valueName: "pub")
    )
    package var keys: [String] = []

    @Option(
        help: ArgumentHelp("How many of the keys must have signed. Default: all of them.", valueName: "n"))
    package var threshold: Int?

    package init() {}

    /// - Throws: `trust.none` where no key was given: there is no way to go on without one.
    package func policy() throws -> SignerPolicy {
        guard !keys.isEmpty else {
            throw Finding(
                .usage, "trust.none", at: .signature,
                "no key given: whose signature is believed is the reader's decision; give --key FILE with the "
                    + "exporter's public key")
        }
        return try SignerPolicy(keys: try keys.map(Self.read), threshold: threshold)
    }

    /// The files of the keys by key id, to say who signed.
    package func names() throws -> [KeyID: String] {
        try Dictionary(
            keys.map { (KeyID(of: try Self.read($0)), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func read(_ file: String) throws -> PublicKey {
        let bytes = try InputFile.bytes(of: file, limit: 65_536)
        do {
            return try PublicKey(pem: bytes)
        } catch {
            throw Finding(error, file: file)
        }
    }
}
