import Glibc
import LibCrypto

@testable import Trust

/// What reads bytes of strangers, and what it must hold to besides not crashing.
enum Subject: String {
    case bundle, root, checkpoint, payload, certificate, timestamp, key

    /// The one that the environment names.
    static let asked: Subject = {
        guard let name = getenv("FUZZ_SUBJECT"), let subject = Subject(rawValue: String(cString: name)) else {
            fatalError("FUZZ_SUBJECT names none of the subjects")
        }
        return subject
    }()

    /// Refusing the bytes is as good as reading them; whatever is thrown is a fault of the input.
    func read(_ bytes: [UInt8]) throws {
        switch self {
        case .bundle: try Self.readBundle(bytes)
        case .root: _ = try TrustedRoot.read(bytes, name: "root")
        case .checkpoint: try Self.readCheckpoint(bytes)
        case .payload: _ = try SimpleSigningPayload(json: bytes, name: "payload")
        case .certificate: try Self.readCertificate(bytes)
        case .timestamp: try Self.readTimestamp(bytes)
        case .key: try Self.readKey(bytes)
        }
    }

    private static func readBundle(_ bytes: [UInt8]) throws {
        let evidence = try SignedEvidence(json: bytes, name: "bundle")
        let found = try Sample.verifier.verify(evidence, over: Sample.artifact)
        guard case .identity(let identity, _) = found.signer else {
            fatalError("a key verified without keys")
        }
        precondition(identity.subject.hasPrefix("https://"), "somebody else's certificate was believed")
    }

    private static func readCheckpoint(_ bytes: [UInt8]) throws {
        let note = try SignedNote(bytes)
        let read = try Checkpoint(text: note.text)
        precondition(read.size >= 0 && read.root.count == 32)
        for log in Sample.root.logs {
            _ = try? Checkpoint(bytes, by: log, isSecondGeneration: false)
            _ = try? Checkpoint(bytes, by: log, isSecondGeneration: true)
        }
    }

    private static func readCertificate(_ bytes: [UInt8]) throws {
        let leaf = try Certificate(der: bytes)
        precondition(leaf.der == bytes)
        guard try Certificate(pem: leaf.pem) == leaf else { fatalError("its PEM is another certificate") }
        _ = try? leaf.key()
        _ = try? CertificateIdentity(leaf)
        let timestamps = (try? leaf.signedCertificateTimestamps()) ?? []
        for authority in Sample.root.certificateAuthorities {
            guard let path = try? CertificateChain.path(from: leaf, to: authority.chain) else {
                continue
            }
            for timestamp in timestamps {
                for log in Sample.root.ctLogs {
                    _ = timestamp.isValid(leaf: leaf, issuer: path[1], key: log.key)
                }
            }
        }
    }

    private static func readTimestamp(_ bytes: [UInt8]) throws {
        let token = try TimestampToken(response: bytes)
        for authority in Sample.root.timestampAuthorities {
            try? token.verify(over: Sample.signature, authority: authority.chain)
        }
    }

    private static func readKey(_ bytes: [UInt8]) throws {
        _ = try? VerificationKey(pem: bytes)
        _ = try? VerificationKey(spki: bytes)
        _ = try? VerificationKey(pkcs1: bytes)
        _ = try? CosignKey.sealedKey(json: bytes)
        _ = try PrivateKey(file: bytes) { () throws(KeyError) in throw .noPassphrase("nobody is asked") }
    }
}

/// Called by libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    try? Subject.asked.read([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}
