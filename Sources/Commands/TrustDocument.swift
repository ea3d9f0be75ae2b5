import BundleFormat
import SystemPackage
package import Trust

/// A trust file where it lies, with the files that it names beside it.
package struct TrustDocument: Sendable {
    package let file: TrustFile
    private let path: FilePath

    /// Keys and roots are small; a root of several authorities has some hundred kilobytes.
    private static let companionLimit = 16 << 20

    package init(_ name: String) throws {
        path = FilePath(name)
        file = try TrustFile(json: try InputFile.bytes(of: name, limit: TrustFile.byteLimit), name: name)
    }

    package func signerPolicy() throws -> SignerPolicy { try file.signerPolicy(reading: bytes) }

    package func vendorTrust() throws -> VendorTrust { try file.vendorTrust(reading: bytes) }

    /// The keys that may sign bundles, and what the file calls them.
    package func signerNames() throws -> [(KeyID, String)] {
        guard let signers = file.bundleSigners else { return [] }
        // Keys alone have names; an identity says itself who it is.
        let names = signers.anyOf.compactMap { if case .key(let name) = $0 { name } else { nil } }
        return Array(zip(try signerPolicy().keys.map { KeyID(of: $0) }, names))
    }

    /// The bytes of a file that the trust file names, by its place relative to it.
    private func bytes(of name: String) throws -> [UInt8] {
        let place = path.removingLastComponent().pushing(FilePath(name))
        do {
            return try InputFile.bytes(of: place.string, limit: Self.companionLimit)
        } catch {
            throw Finding(error.fault, error.reason, at: .file, "\(error.message) (named by \(path))")
        }
    }
}
