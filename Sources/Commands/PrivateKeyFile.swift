import BundleFormat
import Glibc
import LibCrypto
import SystemPackage
import Trust

/// A file with a private key, and the file with its pass phrase where one was named.
struct PrivateKeyFile {
    private let name: String
    private let passwordFile: String?

    init(_ name: String, passwordFile: String?) {
        self.name = name
        self.passwordFile = passwordFile
    }

    func read() throws -> PrivateKey {
        try RefusedOptions.requireFile("--key", name)
        guard InputFile.exists(name) else {
            let prefix = name.hasSuffix(".key") ? String(name.dropLast(4)) : name
            throw Finding(
                .local, "file.open", at: .signature,
                "\(name): there is no such key; make one with `cgbundle keygen --output \(prefix)`")
        }
        try checkPermissions()
        var bytes = try InputFile.bytes(of: name, limit: 65_536)
        defer { bytes.wipe() }
        do {
            return try PrivateKey(file: bytes) { () throws(KeyError) in try phrase() }
        } catch {
            throw Finding(error, file: name)
        }
    }

    private func phrase() throws(KeyError) -> [UInt8] {
        do throws(Finding) {
            if let given = try PassPhrase(file: passwordFile).given() { return given }
            if let typed = try PassPhrase.ask("Pass phrase of \(name): ") { return typed }
        } catch {
            throw .noPassphrase(error.message)
        }
        throw .noPassphrase("give --password-file FILE or COSIGN_PASSWORD, or run at a terminal")
    }

    /// As ssh does: a key that others can read is not used until its owner has looked.
    private func checkPermissions() throws(Finding) {
        var status = stat()
        guard stat(name, &status) == 0 else {
            throw Finding(.local, "file.open", at: .signature, "\(name): \(Errno(rawValue: errno))")
        }
        let mode = status.st_mode & 0o777
        guard mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw Finding(
                .trust, "key.permissions", at: .signature,
                "\(name): mode 0\(String(mode, radix: 8)) lets others at it, or it is not yours; "
                    + "`chmod 600 \(name)` and ask who had it")
        }
    }
}
