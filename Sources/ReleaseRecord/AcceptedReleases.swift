import BundleFormat
package import OCI
package import ReleaseSet
package import Trust

/// A release that was imported whole, as the log of the record has it.
package struct AcceptedRelease: Hashable, Sendable {
    package let version: ReleaseVersion
    package let revision: Int64
    package let statementDigest: Digest
    package let indexDigest: Digest
    package let signers: [BundleSigner]
    /// When it was accepted.
    package let time: Timestamp
    /// Where it was put.
    package let target: String
    /// Digest of `deployment-record.json`; `nil` in lines of earlier versions of the program.
    package let recordDigest: Digest?

    package init(
        version: ReleaseVersion, revision: Int64, statementDigest: Digest, indexDigest: Digest,
        signers: [BundleSigner],
        time: Timestamp, target: String, recordDigest: Digest? = nil,
    ) {
        self.recordDigest = recordDigest
        self.version = version
        self.revision = revision
        self.statementDigest = statementDigest
        self.indexDigest = indexDigest
        self.signers = signers
        self.time = time
        self.target = target
    }

    /// Whether this release is older than one of that version and revision.
    func precedes(_ version: ReleaseVersion, _ revision: Int64) -> Bool {
        self.version == version ? self.revision < revision : self.version < version
    }
}

/// What was accepted for one product and channel, the earliest first.
///
/// All of them and not the highest alone: a bundle can contradict an earlier one, once a rollback was allowed.
package struct AcceptedReleases: Hashable, Sendable {
    package let releases: [AcceptedRelease]
    /// Those that bind nobody any longer, because every key that signed them has been revoked.
    package let revoked: [AcceptedRelease]

    package init(_ releases: [AcceptedRelease] = [], revoked: [AcceptedRelease] = []) {
        self.releases = releases
        self.revoked = revoked
    }

    /// The one below which nothing is accepted.
    package var highest: AcceptedRelease? {
        releases.max { $0.precedes($1.version, $1.revision) }
    }

    package var last: AcceptedRelease? { releases.last }
}
