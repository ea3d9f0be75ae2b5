package import ArgumentParser
import BundleFormat
import LibCrypto
import ReleaseSet
import StrictJSON
import SystemPackage
import Trust

/// `cgbundle sign`: one signature on a bundle's statement, made where the key lives.
package struct SignCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign the statement of a bundle, on the signer's own machine.",
        discussion: """
            STATEMENT is what `export --statement-only` wrote. It is shown before it is signed, and nothing else is \
            signed. Whoever exports then puts the signature into the bundle with --signature. Examples:

              cgbundle sign st.json --key bob.key --bundle bob.sigstore.json
              cgbundle sign st.json --key bob.key --bundle bob.sigstore.json \\
                --release-manifest release-manifest.json

            A key that is not in a file, or an identity, signs with cosign 3:

              cosign sign-blob --key … --bundle bob.sigstore.json st.json
            """)

    @Argument(help: ArgumentHelp("The statement to sign.", valueName: "statement"))
    package var statement: String

    @Option(help: ArgumentHelp("Private key (PEM, cosign's own kind too) to sign with.", valueName: "file"))
    package var key: String

    @Option(help: ArgumentHelp("File with the pass phrase of an encrypted key.", valueName: "file"))
    package var passwordFile: String?

    @Option(help: ArgumentHelp("Write the signature as a Sigstore bundle.", valueName: "file"))
    package var bundle: String?

    @Option(help: ArgumentHelp("Write the signature by itself, in base64.", valueName: "file"))
    package var outputSignature: String?

    @Option(
        help: ArgumentHelp(
            "The vendor's release-manifest.json: refused unless the statement is of it; its images are shown.",
            valueName: "file"))
    package var releaseManifest: String?

    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        guard bundle != nil || outputSignature != nil else {
            throw ValidationError(
                "say where the signature goes: --bundle FILE, --output-signature FILE or both")
        }
    }

    package func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) { try command.sign(printer) }
    }

    private func sign(_ printer: Printer) throws {
        let bytes = try InputFile.bytes(of: statement, limit: Statement.maximumSize)
        let summary = try summary(of: bytes)
        let outputs = try [bundle, outputSignature].map { name in
            try name.map {
                try NewFile(FilePath($0), permissions: [.ownerReadWrite, .groupRead, .otherRead])
            }
        }
        // Whoever is asked for a pass phrase below has seen what it is for.
        summary.lines.forEach { printer.line($0) }
        for image in summary.missing {
            printer.warning("image \(image.shortName): is not in the bundle: \(image.digest) [set.missing]")
        }
        let key = try PrivateKeyFile(key, passwordFile: passwordFile).read()
        let signature = try SigstoreBundle(signing: bytes, with: key)
        for (output, content) in zip(outputs, [signature.json, signature.base64Line]) {
            try output?.write(content)
            try output?.finish()
        }
        let signer = KeyID(of: key.publicKey).description
        var object = summary.json
        object["signer"] = .string(signer)
        if let bundle { object["bundle"] = .string(bundle) }
        if let outputSignature { object["signature"] = .string(outputSignature) }
        try printer.json(.object(object))
        printer.line("signed by  \(signer)")
        printer.line("written: " + [bundle, outputSignature].compactMap { $0 }.joined(separator: ", "))
    }

    private func summary(of bytes: [UInt8]) throws -> StatementSummary {
        let summary: StatementSummary
        do throws(Finding) {
            summary = try StatementSummary(bytes, name: statement)
        } catch {
            guard error.reason.hasPrefix("json.") else { throw error }
            throw Finding(
                error.fault, error.reason, at: error.step,
                error.message + "; sign takes the file that `cgbundle export --statement-only` wrote")
        }
        return try releaseManifest.map {
            try summary.showing(
                manifest: try InputFile.bytes(of: $0, limit: ReleaseManifest.sizeLimit), name: $0)
        } ?? summary
    }
}
