package import ArgumentParser
import BundleFormat
import LibCrypto
import SystemPackage
import StrictJSON
import Trust

/// `cgbundle keygen`: a pair of keys for signing bundles.
package struct KeygenCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a key pair for signing bundles: PREFIX.key and PREFIX.pub.",
        discussion: """
            The private key is PKCS #8 in PEM, mode 0600, encrypted if there is a pass phrase: from --password-file, \
            from COSIGN_PASSWORD, or asked at the terminal (empty: not encrypted). With --key-format cosign it is \
            in the form that cosign signs with as well, under the pass phrase even if that is empty. Existing files \
            are never overwritten. Give PREFIX.pub to the importing side over a channel that you trust, once.
            """)

    enum KeyType: String, CaseIterable, ExpressibleByArgument {
        case ecdsa, ed25519

        var generated: GeneratedKey {
            switch self {
            case .ecdsa: .ecdsaP256
            case .ed25519: .ed25519
            }
        }
    }

    enum KeyFormat: String, CaseIterable, ExpressibleByArgument {
        case pkcs8, cosign, cosign1

        func file(_ key: PrivateKey, encryptedWith phrase: [UInt8]?) throws(KeyError) -> [UInt8] {
            switch self {
            case .pkcs8: try key.pem(encryptedWith: phrase)
            case .cosign: try key.cosignFile(encryptedWith: phrase ?? [])
            case .cosign1: try key.cosignFile(encryptedWith: phrase ?? [], isOld: true)
            }
        }

        func protection(by phrase: [UInt8]?) -> String {
            guard phrase == nil else { return "encrypted" }
            return switch self {
            case .pkcs8: "not encrypted"
            case .cosign, .cosign1: "under an empty pass phrase, which protects nothing"
            }
        }
    }

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Path of the two files without their endings.", valueName: "prefix"))
    package var output: String

    @Option(
        help: ArgumentHelp(
            "ecdsa (P-256, what every tool can check) or ed25519 (same bytes each time).", valueName: "type"))
    var type: KeyType = .ecdsa

    @Option(
        help: ArgumentHelp(
            "pkcs8 (what openssl reads), cosign (what cosign reads) or cosign1 (what cosign before version 2 reads).",
            valueName: "format"))
    var keyFormat: KeyFormat = .pkcs8

    @Option(help: ArgumentHelp("File with the pass phrase.", valueName: "file"))
    package var passwordFile: String?

    @OptionGroup package var common: CommonOptions

    package init() {}

    package func run() async throws {
        let (output, type, passwordFile, printer) = (output, type, passwordFile, common.printer)
        let keyFormat = keyFormat
        try await CommandRun.perform(printer) {
            let phrase = try Self.phrase(passwordFile)
            let key = try PrivateKey.generate(type.generated)
            let privateFile = try NewFile(FilePath(output + ".key"))
            let publicFile = try NewFile(
                FilePath(output + ".pub"), permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try privateFile.write(try keyFormat.file(key, encryptedWith: phrase))
            try publicFile.write(key.publicKey.pem)
            try privateFile.finish()
            try publicFile.finish()
            let id = KeyID(of: key.publicKey)
            try printer.json([
                "ok": true, "privateKey": .string(output + ".key"), "publicKey": .string(output + ".pub"),
                "keyID": .string(id.description), "encrypted": .bool(phrase != nil),
            ])
            printer.line(
                "\(output).key  private, \(keyFormat.protection(by: phrase)); stays with the exporter")
            printer.line("\(output).pub  public; give it to the importing side")
            printer.line("key id \(id)")
        }
    }

    private static func phrase(_ file: String?) throws -> [UInt8]? {
        if let given = try PassPhrase(file: file).given() { return given.isEmpty ? nil : given }
        guard let first = try PassPhrase.ask("Pass phrase for the private key (empty: none): "),
            !first.isEmpty
        else { return nil }
        guard try PassPhrase.ask("Again: ") == first else {
            throw Finding(.usage, "key.passphrase", at: .signature, "the two pass phrases differ")
        }
        return first
    }
}
