import BundleFormat
import Glibc
import LibCrypto
import OCI
import SystemPackage
import Trust

/// What a signature is to be over, where it lies: a file, standard input, or a digest that stands for either.
struct VerifiedContent: Sendable {
    /// What messages call it.
    let name: String
    let digest: Digest
    let artifact: Artifact

    /// How much is held in memory for a key that hashes the content itself.
    private static let memoryLimit = 1 << 30

    /// Reads as the Sigstore conformance protocol does: a digest is one where no file of that name is.
    ///
    /// - Parameter needsMessage: whether a digest of the content will not do.
    init(_ text: String, needsMessage: Bool) throws {
        if Self.isDigest(text) {
            let digest = try Self.digest(text)
            self.init(
                name: text, digest: digest, artifact: Artifact(sha256: digest.sha256))
            return
        }
        guard text != "-" else {
            let (artifact, sha256) = try Self.read(
                FileDescriptor(rawValue: STDIN_FILENO), "standard input", needsMessage: needsMessage)
            self.init(
                name: "standard input", digest: Digest(sha256: sha256), artifact: artifact)
            return
        }
        let file = try InputFile.opened(text, waits: true)
        guard try !FileIdentity(of: file).isFolder else {
            throw Finding(.local, "file.notregular", at: .file, "\(text): is a folder")
        }
        let (artifact, sha256) = try Self.read(file.descriptor, text, needsMessage: needsMessage)
        withExtendedLifetime(file) {}
        self.init(
            name: text, digest: Digest(sha256: sha256),
            artifact: artifact)
    }

    private init(name: String, digest: Digest, artifact: Artifact) {
        self.name = name
        self.digest = digest
        self.artifact = artifact
    }

    /// What policies call it; what has no name of its own matches none.
    static func policyName(of text: String) -> String? {
        guard text != "-", !isDigest(text) else { return nil }
        return FilePath(text).lastComponent?.string
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.starts(with: "sha256:".utf8) && !InputFile.exists(text)
    }

    private static func digest(_ text: String) throws(Finding) -> Digest {
        do throws(DigestError) {
            return try Digest(text)
        } catch {
            throw Finding(
                .usage, error.reason, at: .file,
                "\(text): neither a file nor a digest: expected sha256: and 64 lowercase hex digits")
        }
    }

    private static func read(
        _ descriptor: FileDescriptor, _ name: String, needsMessage: Bool
    ) throws(Finding) -> (Artifact, sha256: [UInt8]) {
        var sha256 = RunningHash(.sha256)
        var sha384 = RunningHash(.sha384)
        var sha512 = RunningHash(.sha512)
        var kept: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PositionedFile.chunkSize, alignment: 4096)
        defer { room.deallocate() }
        while true {
            let count: Int
            do {
                count = try descriptor.read(into: room)
            } catch {
                throw Finding(.local, "read.io", at: .file, "\(name): cannot be read: \(error)")
            }
            guard count > 0 else { break }
            let chunk = UnsafeRawBufferPointer(rebasing: room[..<count])
            sha256.update(chunk)
            sha384.update(chunk)
            sha512.update(chunk)
            guard needsMessage else { continue }
            kept += chunk
            guard kept.count <= memoryLimit else {
                throw Finding(
                    .format, "file.size", at: .file,
                    "\(name): has more than the \(memoryLimit) bytes that an Ed25519 signature is checked over"
                )
            }
        }
        let digest = sha256.finish()
        if needsMessage { return (Artifact(bytes: kept), digest) }
        return (
            Artifact(digests: [.sha256: digest, .sha384: sha384.finish(), .sha512: sha512.finish()]), digest
        )
    }
}

extension Digest {
    /// The 32 bytes that its hex digits stand for.
    var sha256: [UInt8] {
        func value(_ digit: UInt8) -> UInt8 { digit < 0x3A ? digit - 0x30 : digit - 0x57 }
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
    }
}
