package import OCI
package import Trust

/// What is asked of the vendor's part of a release.
package enum VendorDemand: Sendable {
    case proof(VendorTrust, now: Timestamp)
    /// Nothing, on the operator's word.
    case none

    /// - Parameter read: the bytes of a blob that the release or one of its carriers names.
    package func report(
        on release: ReleaseEvidence, reading read: @escaping (Digest) throws -> [UInt8]
    ) throws -> VendorReport {
        switch self {
        case .proof(let trust, let now): try VendorReport(release, trust: trust, now: now, reading: read)
        case .none: VendorReport(unchecked: release)
        }
    }
}
