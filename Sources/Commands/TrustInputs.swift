import BundleFormat
import LibCrypto
import Trust

/// Keys and roots that options name as files, and which files were read for them.
struct TrustInputs {
    private(set) var files: [TrustedFile] = []

    private static let rootLimit = 16 << 20
    private static let keyLimit = 65_536

    /// Each instance of each file, called by the file's name.
    mutating func roots(
        _ names: [String], requiring checks: (TrustedRoot) throws(EvidenceFault) -> RequiredChecks
    ) throws -> [RequiredRoot] {
        var roots: [RequiredRoot] = []
        for name in names {
            let bytes = try read(.trustedRoot, name, limit: Self.rootLimit)
            do throws(EvidenceFault) {
                for root in try TrustedRoot.read(bytes, name: name) {
                    roots.append(RequiredRoot(name: name, root: root, requires: try checks(root)))
                }
            } catch {
                throw Finding(error)
            }
        }
        return roots
    }

    mutating func key(_ name: String) throws -> VerificationKey {
        let bytes = try read(.key, name, limit: Self.keyLimit)
        do throws(KeyError) {
            return try VerificationKey(pem: bytes)
        } catch {
            throw Finding(error, file: name)
        }
    }

    /// A key that may sign bundles, which fewer kinds of key may.
    mutating func signerKey(_ name: String) throws -> PublicKey {
        let bytes = try read(.key, name, limit: Self.keyLimit)
        do throws(KeyError) {
            return try PublicKey(pem: bytes)
        } catch {
            throw Finding(error, file: name)
        }
    }

    private mutating func read(_ kind: TrustedFile.Kind, _ name: String, limit: Int) throws(Finding)
        -> [UInt8]
    {
        let bytes = try InputFile.bytes(of: name, limit: limit)
        files.append(TrustedFile(kind, at: name, bytes))
        return bytes
    }
}
