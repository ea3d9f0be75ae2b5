import BundleFormat
import OCI
import Testing
import VendorProof

/// How much evidence is taken into memory.
@Suite struct EvidenceRoomTests {
    private static let largest = Descriptor(
        mediaType: MediaType("application/vnd.dsse.envelope.v1+json"), digest: Digest(of: [1]), size: 16 << 20
    )

    @Test func `evidence has room up to 256 MiB, however often it is named`() throws {
        try ReleaseEvidence.requireRoom(for: Array(repeating: Self.largest, count: 16))
        let one = Descriptor(of: [1], mediaType: Self.largest.mediaType)
        let error = #expect(throws: Finding.self) {
            try ReleaseEvidence.requireRoom(for: Array(repeating: Self.largest, count: 16) + [one])
        }
        #expect(error?.reason == "vendor.toomuch")
        #expect(error?.fault == .format)
    }
}
