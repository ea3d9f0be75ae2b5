import OCI
import Registry
import Servers
import StrictJSON
import Testing

/// Against a real registry, which has no referrers API.
@Suite struct RegistryReferrersTests {
    @Test func `referrers are merged into the fallback tag and others keep their entries`() async throws {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            let subject = Digest(of: try await connection.pushImage(repository))
            let first = try await entry(connection, layer: [7])
            let second = try await entry(connection, layer: [8])
            let third = try await entry(connection, layer: [9])
            #expect(try await !connection.referrersAPIIsSupported(repository))
            #expect(try await connection.referrers(repository, of: subject) == [])

            let theirs = Array(
                """
                {"schemaVersion":2,"mediaType":"\(MediaType.ociIndex)","manifests":[{"x-unknown":{"a":[1]},\
                "mediaType":"\(MediaType.ociManifest)","digest":"\(first.digest)","size":\(first.size)}]}
                """.utf8)
            let tag = Tag(referrersOf: subject)
            try await connection.putManifest(repository, .tag(tag), bytes: theirs, mediaType: .ociIndex)

            #expect(
                try await connection.addReferrers(repository, subject: subject, [second, third]) == .merged)
            let listed = try await connection.referrers(repository, of: subject)
            #expect(listed.map(\.digest) == [first.digest] + [second, third].map(\.digest).sorted())
            let index = try #require(try await connection.manifest(repository, .tag(tag)))
            #expect(String(decoding: index.bytes, as: UTF8.self).contains(#""x-unknown":{"a":[1]}"#))

            #expect(try await connection.addReferrers(repository, subject: subject, [second]) == .present)
        }
    }

    @Test func `a fallback tag that holds an image is left alone`() async throws {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            let image = try await connection.pushImage(repository)
            let subject = Digest(of: [1])
            let tag = Tag(referrersOf: subject)
            try await connection.putManifest(repository, .tag(tag), bytes: image, mediaType: .ociManifest)
            let mine = try await entry(connection, layer: [8])
            #expect(try await connection.addReferrers(repository, subject: subject, [mine]) == .foreign)
            #expect(try await connection.digest(repository, of: tag) == Digest(of: image))
            #expect(connection.summary.warnings.count == 1)
        }
    }

    @Test func `a list with numbers that have no canonical form is left alone, and that is told`()
        async throws
    {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            let subject = Digest(of: [1])
            let first = try await entry(connection, layer: [7])
            let theirs = Array(
                """
                {"schemaVersion":2,"mediaType":"\(MediaType.ociIndex)","manifests":[{"x-score":0.5,\
                "mediaType":"\(MediaType.ociManifest)","digest":"\(first.digest)","size":\(first.size)}]}
                """.utf8)
            let tag = Tag(referrersOf: subject)
            try await connection.putManifest(repository, .tag(tag), bytes: theirs, mediaType: .ociIndex)
            let mine = try await entry(connection, layer: [8])
            #expect(try await connection.addReferrers(repository, subject: subject, [mine]) == .foreign)
            #expect(connection.summary.warnings.contains { $0.contains("cannot be written back") })
            #expect(try await connection.digest(repository, of: tag) == Digest(of: theirs))
            #expect(try await connection.addReferrers(repository, subject: subject, [first]) == .present)
        }
    }

    private func entry(
        _ connection: RegistryConnection, layer: [UInt8]
    ) async throws -> Descriptor {
        Descriptor(of: try await connection.pushImage(repository, layer: layer), mediaType: .ociManifest)
    }
}
