import BundleFormat
import LibCrypto
import Trust

/// Keys and roots that options name as files.
enum TrustInputs {
    private static let rootLimit = 16 << 20
    private static let keyLimit = 65_536

    /// Each instance of each file, called by the file's name.
    static func roots(
        _ names: [String], requiring checks: (TrustedRoot) throws(EvidenceFault) -> RequiredChecks
    ) throws -> [RequiredRoot] {
        var roots: [RequiredRoot] = []
        for name in names {
            let bytes = try InputFile.bytes(of: name, limit: rootLimit)
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

    static func key(_ name: String) throws -> VerificationKey {
        let bytes = try InputFile.bytes(of: name, limit: keyLimit)
        do throws(KeyError) {
            return try VerificationKey(pem: bytes)
        } catch {
            throw Finding(error, file: name)
        }
    }
}
