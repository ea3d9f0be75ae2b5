import Servers
import Synchronization
import Testing

@Suite struct UploadOrderTests {
    @Test func `the largest blobs are sent first`() async throws {
        let sizes = Mutex<[Int64]>([])
        let registry = try FakeRegistry { request in
            if request.isWrite, request.path.contains("/blobs/uploads/"), request.length > 0 {
                sizes.withLock { $0.append(Int64(request.length)) }
            }
            return nil
        }
        try await TinyRelease().importBundle(into: registry, width: 1) { _ in }
        let sent = sizes.withLock { $0 }
        #expect(Set(sent).count > 1)
        #expect(sent == sent.sorted(by: >))
    }
}
