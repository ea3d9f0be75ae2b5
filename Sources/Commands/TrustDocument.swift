import BundleFormat
import SystemPackage
package import Trust

/// A trust file where it lies, with the files that it names, each read once.
package struct TrustDocument: Sendable {
    package let file: TrustFile
    /// It and every root and key that it names, as they were read.
    package let files: [TrustedFile]
    /// By the name that the trust file has for them.
    private let contents: [String: [UInt8]]

    /// Keys and roots are small; a root of several authorities has some hundred kilobytes.
    private static let companionLimit = 16 << 20

    package init(_ name: String) throws {
        let bytes = try InputFile.bytes(of: name, limit: TrustFile.byteLimit)
        file = try TrustFile(json: bytes, name: name)
        var files = [TrustedFile(.trustFile, at: name, bytes)]
        var contents: [String: [UInt8]] = [:]
        let named =
            file.roots.map { (TrustedFile.Kind.trustedRoot, $0.name, $0.file) }
            + file.keys.map { (.key, $0.name, $0.file) }
        for (kind, title, companion) in named {
            let bytes = try contents[companion] ?? Self.bytes(of: companion, beside: name)
            contents[companion] = bytes
            files.append(TrustedFile(kind, named: title, at: companion, bytes))
        }
        self.files = files
        self.contents = contents
    }

    package func signerPolicy() throws -> SignerPolicy { try file.signerPolicy { contents[$0] ?? [] } }

    package func vendorTrust() throws -> VendorTrust {
        var trust = try file.vendorTrust { contents[$0] ?? [] }
        trust.files = files
        return trust
    }

    /// The keys that may sign bundles, and what the file calls them.
    package func signerNames() throws -> [(KeyID, String)] {
        guard let signers = file.bundleSigners else { return [] }
        // Keys alone have names; an identity says itself who it is.
        let names = signers.anyOf.compactMap { if case .key(let name) = $0 { name } else { nil } }
        return Array(zip(try signerPolicy().keys.map { KeyID(of: $0) }, names))
    }

    /// The bytes of a file that the trust file names, by its place relative to it.
    private static func bytes(of companion: String, beside name: String) throws(Finding) -> [UInt8] {
        let place = FilePath(name).removingLastComponent().pushing(FilePath(companion))
        do {
            return try InputFile.bytes(of: place.string, limit: companionLimit)
        } catch {
            throw Finding(error.fault, error.reason, at: .file, "\(error.message) (named by \(name))")
        }
    }
}
