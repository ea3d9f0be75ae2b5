import Foundation
import OCI
import Registry
import Servers

/// Runs `body` with a connection and shuts its transport down however it ends. Retries do not wait.
func withConnection(
    to host: RegistryHost, options change: ((inout RegistryOptions) -> Void)?,
    _ body: (RegistryConnection) async throws -> Void
) async throws {
    var options = RegistryOptions()
    options.plainHTTP = [host]
    options.pause = { _ in }
    // With room for one, whoever asked a second thing while the first was unread would wait for ever.
    options.maximumConnections = 1
    // The bodies of these tests are small, and most are about the way that large ones go.
    options.wholeUploadLimit = 0
    change?(&options)
    let transport = try HTTPTransport(options: options)
    do {
        try await body(RegistryConnection(host: host, options: options, transport: transport))
    } catch {
        try await transport.shutdown()
        throw error
    }
    try await transport.shutdown()
}

func withConnection(
    to host: RegistryHost, _ body: (RegistryConnection) async throws -> Void
) async throws {
    try await withConnection(to: host, options: nil, body)
}

/// Runs `body` with a connection to a server that answers as `answer` says.
func withScript(
    _ answer: @escaping @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply,
    options change: ((inout RegistryOptions) -> Void)?,
    _ body: (RegistryConnection, ScriptedServer) async throws -> Void
) async throws {
    let server = try ScriptedServer(answer)
    let host = try RegistryHost("127.0.0.1:\(server.port)")
    try await withConnection(to: host, options: change) { try await body($0, server) }
}

func withScript(
    _ answer: @escaping @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply,
    _ body: (RegistryConnection, ScriptedServer) async throws -> Void
) async throws {
    try await withScript(answer, options: nil, body)
}

/// The reason word of the error that `body` throws.
func reason<T>(of body: () async throws -> T) async -> String {
    do {
        _ = try await body()
        return "nothing was thrown"
    } catch let error as RegistryError {
        return error.reason
    } catch {
        return "another error: \(error)"
    }
}

/// Bytes that repeat only after a long time, the same at each run.
func content(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state)
    }
}

extension RegistryConnection {
    func pull(_ repository: RepositoryName, _ bytes: [UInt8], from offset: Int64 = 0) async throws -> [UInt8]
    {
        var read: [UInt8] = []
        try await pullBlob(repository, digest: Digest(of: bytes), size: Int64(bytes.count), from: offset) {
            read.append(contentsOf: $0)
        }
        return read
    }

    func push(_ repository: RepositoryName, _ bytes: [UInt8]) async throws -> PushOutcome {
        try await pushBlob(repository, digest: Digest(of: bytes), body: MemoryBody(bytes))
    }

    /// A small image whose parts are all there, and its manifest's bytes.
    func pushImage(_ repository: RepositoryName, layer: [UInt8] = [1, 2, 3]) async throws -> [UInt8] {
        _ = try await push(repository, Descriptor.emptyContent)
        _ = try await push(repository, layer)
        let type = MediaType("application/vnd.oci.image.layer.v1.tar")
        let bytes = Array(
            """
            {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)",
            "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"\(Descriptor.empty.digest)","size":2},
            "layers":[{"mediaType":"\(type)","digest":"\(Digest(of: layer))","size":\(layer.count)}]}
            """.utf8)
        try await putManifest(repository, .digest(Digest(of: bytes)), bytes: bytes, mediaType: .ociManifest)
        return bytes
    }
}

let repository: RepositoryName = named("team/app")
let otherRepository: RepositoryName = named("team/other")

private func named(_ text: String) -> RepositoryName {
    do {
        return try RepositoryName(text)
    } catch {
        preconditionFailure("\(error)")
    }
}
