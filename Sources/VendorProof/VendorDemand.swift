package import OCI
package import Trust

/// What is asked of the vendor's part of a release.
package enum VendorDemand: Sendable {
    case proof(VendorTrust, now: Timestamp)
    /// Nothing, on the operator's word.
    ///
    /// Vulnerability exceptions are still compared with the clock.
    case none(now: Timestamp)

    /// - Parameter read: the bytes of a blob that the release or one of its carriers names.
    package func report(
        on release: ReleaseEvidence, reading read: @escaping (Digest) throws -> [UInt8]
    ) throws -> VendorReport {
        switch self {
        case .proof(let trust, let now): try VendorReport(release, trust: trust, now: now, reading: read)
        case .none(let now): VendorReport(unchecked: release, now: now)
        }
    }
}
