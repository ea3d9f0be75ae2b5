/// What an operator trusts, as the document says it: whose signature a bundle needs, and what has to prove the vendor's
/// part of it.
///
/// It comes from the side that verifies and from nowhere else. To own one is to have read it; keys and roots are read
/// from the files that it names.
///
/// bundle-spec/trust.md.
package struct TrustFile: Hashable, Sendable {
    package static let version: Int64 = 1
    package static let byteLimit = 1 << 20

    /// What messages call it.
    package let name: String
    package let roots: [Root]
    package let keys: [Key]
    package let bundleSigners: BundleSigners?
    package let policies: [VendorPolicy]
    package let waivers: [Waiver]
    /// Effect of an expired vulnerability exception of the release.
    package let onExpiredException: VendorPolicy.OnMissing

    /// A document with certificate authorities, logs and timestamp authorities.
    package struct Root: Hashable, Sendable {
        package let name: String
        /// Relative to the trust file.
        package let file: String
        /// SHA-256 of the file.
        package let pin: [UInt8]?
        package let require: Requirement
    }

    /// How much evidence a certificate of a root needs; what is not given follows from what the root holds.
    package struct Requirement: Hashable, Sendable {
        /// Entries of distinct transparency logs.
        package let logEntries: Int?
        /// Certificate timestamps of distinct logs.
        package let certificateTimestamps: Int?
        /// Proven times.
        package let times: Int?

        package init(logEntries: Int? = nil, certificateTimestamps: Int? = nil, times: Int? = nil) {
            self.logEntries = logEntries
            self.certificateTimestamps = certificateTimestamps
            self.times = times
        }
    }

    package struct Key: Hashable, Sendable {
        package let name: String
        /// Relative to the trust file.
        package let file: String
        package let pin: KeyID?
        package let validFrom: Timestamp?
        /// The last moment that counts.
        package let validTo: Timestamp?
        /// Whether a signature needs an entry in a transparency log.
        package let needsLogEntry: Bool
    }

    /// Who may sign bundles.
    package struct BundleSigners: Hashable, Sendable {
        package let threshold: Int
        package let anyOf: [AcceptedSigner]
        package let revoked: [KeyID]
    }

    package func root(named name: String) -> Root? { roots.first { $0.name == name } }

    package func key(named name: String) -> Key? { keys.first { $0.name == name } }
}

/// One of those whose signature counts.
package enum AcceptedSigner: Hashable, Sendable {
    /// A key, by its name.
    case key(String)
    case identity(IdentityPin)
}
