import OCI
import Registry
import Servers
import Testing

/// Against a real registry.
@Suite struct RegistryManifestTests {
    @Test func `a manifest is found by its digest and by its tag`() async throws {
        let registry = try RegistryProcess()
        let tag = try Tag("1.0")
        try await withConnection(to: registry.host) { connection in
            let bytes = try await connection.pushImage(repository)
            #expect(try await connection.digest(repository, of: tag) == nil)
            #expect(try await connection.manifest(repository, .tag(tag)) == nil)
            try await connection.putManifest(repository, .tag(tag), bytes: bytes, mediaType: .ociManifest)
            #expect(try await connection.digest(repository, of: tag) == Digest(of: bytes))
            for reference in [ManifestReference.tag(tag), .digest(Digest(of: bytes))] {
                let found = try #require(try await connection.manifest(repository, reference))
                #expect(found.bytes == bytes)
                #expect(found.mediaType == .ociManifest)
                #expect(found.digest == Digest(of: bytes))
            }
            #expect(try await connection.manifest(otherRepository, .tag(tag)) == nil)
            #expect(connection.summary.warnings.isEmpty)
            #expect(connection.summary.requests > 5)
        }
    }

    @Test func `a manifest whose parts are missing is refused with the part's name`() async throws {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            let bytes = try await connection.pushImage(repository)
            #expect(
                await reason {
                    try await connection.putManifest(
                        otherRepository, .digest(Digest(of: bytes)), bytes: bytes, mediaType: .ociManifest)
                } == "push.blobunknown")
        }
    }

    @Test func `bytes are not put under the digest of others`() async throws {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            #expect(
                await reason {
                    try await connection.putManifest(
                        repository, .digest(Digest(of: [1])), bytes: [2], mediaType: .ociManifest)
                } == "changed")
            #expect(connection.summary.requests == 0)
        }
    }
}
