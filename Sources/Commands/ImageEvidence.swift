import BundleFormat
import OCI
import Trust
import VendorProof

/// An image, wherever it lies, and everything beside it that may prove something of it.
struct ImageEvidence: Sendable {
    /// With the digest.
    let name: String
    /// What policies call it.
    let policyName: String
    let digest: Digest
    /// What policies tell it apart as: in a bundle a chart is known for one.
    let kind: VendorObjectKind
    /// The release that it belongs to, as far as it is known.
    let release: JudgedRelease
    let found: [FoundEvidence]

    /// Referrers come before tags.
    ///
    /// - Parameter read: the bytes of a blob that a carrier names.
    init(
        name: String, policyName: String, digest: Digest, kind: VendorObjectKind = .image,
        release: JudgedRelease = .none,
        carriers: [ReleaseEvidence.Carrier], reading read: (Digest) throws -> [UInt8],
    ) throws {
        self.name = name
        self.policyName = policyName
        self.digest = digest
        self.kind = kind
        self.release = release
        let sorted = carriers.filter { $0.tag == nil } + carriers.filter { $0.tag != nil }
        found = try sorted.flatMap { try $0.evidence(reading: read) }
    }

    /// More things beside one image are no evidence but a flood.
    static let carrierLimit = 100

    static func requireFew(_ count: Int, beside name: String) throws(Finding) {
        guard count <= carrierLimit else {
            throw Finding(
                .format, "vendor.toomuch", at: .vendor,
                "\(name): \(count) things refer to it, at most \(carrierLimit) are read")
        }
    }
}
