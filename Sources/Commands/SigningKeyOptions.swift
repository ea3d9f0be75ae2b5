package import ArgumentParser
import BundleFormat
import Glibc
package import LibCrypto
import SystemPackage
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
                    + "give --key exporter.key")
        }
        guard keys.count <= BundleLayout.maximumSignatures else {
            throw Finding(
                .usage, "key.count", at: .signature,
                "at most \(BundleLayout.maximumSignatures) keys sign a bundle")
        }
        let read = try keys.map(read)
        for (number, key) in read.enumerated()
        where read[..<number].contains(where: { $0.publicKey == key.publicKey }) {
            throw Finding(
                .usage, "key.duplicate", at: .signature,
                "\(keys[number]): is the same key as an earlier --key")
        }
        return read
    }

    private func read(_ file: String) throws -> PrivateKey {
        guard InputFile.exists(file) else {
            let prefix = file.hasSuffix(".key") ? String(file.dropLast(4)) : file
            throw Finding(
                .local, "file.open", at: .signature,
                "\(file): there is no such key; make one with `cgbundle keygen --output \(prefix)`")
        }
        try checkPermissions(file)
        var bytes = try InputFile.bytes(of: file, limit: 65_536)
        defer { bytes.wipe() }
        do {
            return try PrivateKey(file: bytes) { () throws(KeyError) in try phrase(for: file) }
        } catch {
            throw Finding(error, file: file)
        }
    }

    private func phrase(for file: String) throws(KeyError) -> [UInt8] {
        do throws(Finding) {
            if let given = try PassPhrase(file: passwordFile).given() { return given }
            if let typed = try PassPhrase.ask("Pass phrase of \(file): ") { return typed }
        } catch {
            throw .noPassphrase(error.message)
        }
        throw .noPassphrase("give --password-file FILE or COSIGN_PASSWORD, or run at a terminal")
    }

    /// As ssh does: a key that others can read is not used until its owner has looked.
    private func checkPermissions(_ file: String) throws(Finding) {
        var status = stat()
        guard stat(file, &status) == 0 else {
            throw Finding(.local, "file.open", at: .signature, "\(file): \(Errno(rawValue: errno))")
        }
        let mode = status.st_mode & 0o777
        guard mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw Finding(
                .trust, "key.permissions", at: .signature,
                "\(file): mode 0\(String(mode, radix: 8)) lets others at it, or it is not yours; "
                    + "`chmod 600 \(file)` and ask who had it")
        }
    }
}
