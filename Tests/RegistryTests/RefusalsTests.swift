import OCI
import Servers
import Testing

@testable import Registry

/// What registries say, each in its own words.
@Suite struct RefusalsTests {
    @Test(arguments: [
        (
            "Harbor", 412,
            #"{"errors":[{"code":"PRECONDITION","message":"Failed to process request due to 'app:1' configured as immutable."}]}"#
        ),
        (
            "Harbor 1", 412,
            #"{"errors":[{"code":"DENIED","message":"The tag:app:1 is immutable, cannot be overwrite."}]}"#
        ),
        (
            "ECR", 400,
            #"{"errors":[{"code":"TAG_INVALID","message":"The image tag '1' already exists in the 'app' repository and cannot be overwritten because the repository is immutable."}]}"#
        ),
        (
            "ACR", 405,
            #"{"errors":[{"code":"REGISTRY_DISALLOWED_OPERATION","message":"The operation is disallowed on this registry, repository or image.","detail":{}}]}"#
        ),
        (
            "Quay", 409,
            #"{"errors":[{"code":"TAG_IMMUTABLE","detail":{},"message":"tag is immutable and cannot be overwritten"}]}"#
        ),
        (
            "Nexus", 400,
            #"{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid","detail":"Repository does not allow updating assets: docker"}]}"#
        ),
        ("GitLab", 403, #"{"errors":[{"code":"DENIED","message":"tag is immutable"}]}"#),
        (
            "Google", 400,
            #"{"errors":[{"code":"TAG_INVALID","message":"The repository has enabled tag immutability"}]}"#
        ),
    ])
    func `a tag that cannot be moved is told as that, and once`(
        registry: String, status: Int, body: String
    ) async throws {
        try await withScript { _, _ in
            .init(status, [:], Array(body.utf8))
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                try await connection.putManifest(
                    repository, .tag(try Tag("1")), bytes: [1], mediaType: .ociManifest)
            }
            #expect(error?.reason == "tag.immutable", "\(registry)")
            #expect(error?.kind == .policy)
            #expect(server.requests.filter { $0.method == "PUT" }.count == 1)
        }
    }

    @Test(arguments: [
        (
            412, #"{"errors":[{"code":"PRECONDITION","message":"blocked by the vulnerability policy"}]}"#,
            "push.rejected"
        ),
        (
            403, #"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}"#,
            "auth.denied"
        ),
        (
            415, #"{"errors":[{"code":"MANIFEST_INVALID","message":"unsupported media type"}]}"#,
            "push.rejected"
        ),
        (400, #"{"errors":[{"code":"MANIFEST_INVALID"}]}"#, "push.rejected"),
        (404, "page not found", "push.rejected"),
        (404, #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "push.norepo"),
        (
            403,
            #"{"errors":[{"code":"DENIED","message":"adding 5 MiB of storage resource, which when updated to current usage will exceed the configured upper limit of 1 MiB"}]}"#,
            "push.quota"
        ),
        (
            500, #"{"errors":[{"code":"UNKNOWN","detail":{"Err":28,"text":"no space left on device"}}]}"#,
            "push.quota"
        ),
        (507, "", "push.quota"),
        (413, "<html>", "push.toolarge"),
        (405, "", "push.readonly"),
        // distribution 2.8 to a layer with `urls` where none are allowed.
        (
            500,
            #"{"errors":[{"code":"UNKNOWN","message":"unknown error"},{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry","detail":"\#(Digest(of: [7]))"}]}"#,
            "push.blobunknown"
        ),
    ])
    func `a refusal is told by what it is about, and not repeated`(
        status: Int, body: String, word: String
    ) async throws {
        try await withScript { _, _ in
            .init(status, [:], Array(body.utf8))
        } _: { (connection, server) async throws in
            #expect(
                await reason {
                    try await connection.putManifest(
                        repository, .tag(try Tag("1")), bytes: [1], mediaType: .ociManifest)
                } == word)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a registry that misses a part is asked again, and then the part is named`() async throws {
        let part = Digest(of: [9])
        let body = Array(
            #"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","detail":{"Digest":"\#(part)"}}]}"#.utf8)
        try await withScript { _, _ in
            .init(400, [:], body)
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                try await connection.putManifest(
                    repository, .digest(Digest(of: [1])), bytes: [1], mediaType: .ociManifest)
            }
            #expect(error?.reason == "push.blobunknown")
            #expect(error?.unknownParts == [part])
            #expect(server.requests.count == 4)
        }
    }

    @Test func `what was just written is looked for some times, anything else once`() async throws {
        let type = MediaType.ociManifest.text
        try await withScript { _, before in
            before < 4 ? .init(404) : .init(200, ["Content-Type": type], [1])
        } _: { (connection, server) async throws in
            #expect(try await connection.manifest(repository, .tag(try Tag("a"))) == nil)
            #expect(server.requests.count == 1)
            #expect(try await connection.manifest(repository, .tag(try Tag("a")), isNew: true)?.bytes == [1])
            #expect(server.requests.count == 5)
        }
    }
}
