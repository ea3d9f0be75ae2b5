package import ArgumentParser
import BundleFormat
package import LibCrypto
import Trust

/// Who signs a bundle that is made here.
package struct SigningKeyOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "Private key (PEM, cosign's own kind too) to sign with; may be given several times.",
            valueName: "file"))
    package var keys: [String] = []

    @Option(help: ArgumentHelp("File with the pass phrase of encrypted keys.", valueName: "file"))
    package var passwordFile: String?

    package init() {}

    package func privateKeys() throws -> [PrivateKey] {
        guard !keys.isEmpty else {
            throw Finding(
                .usage, "key.none", at: .signature,
                "no key given: a bundle is always signed; make a key with `cgbundle keygen --output exporter` and "
                    + "give --key exporter.key, or have others sign: --statement-only FILE")
        }
        guard keys.count <= BundleLayout.maximumSignatures else {
            throw Finding(
                .usage, "key.count", at: .signature,
                "at most \(BundleLayout.maximumSignatures) keys sign a bundle")
        }
        let read = try keys.map { try PrivateKeyFile($0, passwordFile: passwordFile).read() }
        for (number, key) in read.enumerated()
        where read[..<number].contains(where: { $0.publicKey == key.publicKey }) {
            throw Finding(
                .usage, "key.duplicate", at: .signature,
                "\(keys[number]): is the same key as an earlier --key")
        }
        return read
    }
}
