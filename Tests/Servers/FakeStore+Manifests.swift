import Foundation
import OCI

extension FakeStore {
    /// The members of a manifest or index that a registry looks at.
    private struct Document: Decodable {
        struct Entry: Codable {
            var mediaType: String?
            let digest: String
            var size: Int?
        }

        var config: Entry?
        var layers: [Entry]?
        var manifests: [Entry]?
        var subject: Entry?
        var artifactType: String?
    }

    mutating func manifest(_ place: Place, _ request: ScriptedServer.Request) -> FakeAnswer {
        if request.method == "PUT" { return put(place, request) }
        guard ["GET", "HEAD"].contains(request.method) else { return FakeAnswer(405) }
        if request.method == "HEAD", let status = manner.manifestHead { return FakeAnswer(status) }
        let repository = repositories[place.repository]
        let digest = repository?.tags[place.name] ?? place.name
        guard let found = repository?.manifests[digest] else {
            return .error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        }
        guard request.headers["accept"]?.contains(found.type) == true else {
            return .error(404, "MANIFEST_UNKNOWN", "manifest found, but accept header does not support it")
        }
        var headers = ["Content-Type": found.type, "Docker-Content-Digest": digest]
        if request.method == "HEAD", manner.hidesDigest { headers["Docker-Content-Digest"] = nil }
        return FakeAnswer(200, headers, Data(found.bytes))
    }

    private mutating func put(_ place: Place, _ request: ScriptedServer.Request) -> FakeAnswer {
        let digest = Digest(of: request.body).description
        guard let type = request.headers["content-type"],
            let document = try? JSONDecoder().decode(Document.self, from: Data(request.body))
        else { return .error(400, "MANIFEST_INVALID", "manifest invalid") }
        if !manner.takesDockerTypes && type.contains("docker") {
            return .error(415, "MANIFEST_INVALID", "unsupported media type")
        }
        let isTag = !place.name.hasPrefix("sha256:")
        guard isTag || place.name == digest else {
            return .error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        }
        var repository = repositories[place.repository] ?? FakeRegistry.Repository()
        if let lacking = Self.lacking(document, in: repository) {
            return .error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", detail: lacking)
        }
        if isTag, manner.tagsAreImmutable, repository.tags[place.name] != nil {
            return .error(
                400, "TAG_INVALID",
                "The image tag '\(place.name)' already exists in the repository and cannot be overwritten because "
                    + "the repository is immutable.")
        }
        repository.manifests[digest] = FakeRegistry.Manifest(type: type, bytes: request.body)
        if isTag { repository.tags[place.name] = digest }
        repositories[place.repository] = repository
        var headers = [
            "Location": "/v2/\(place.repository)/manifests/\(digest)", "Docker-Content-Digest": digest,
        ]
        if manner.hasReferrersAPI, let subject = document.subject { headers["OCI-Subject"] = subject.digest }
        return FakeAnswer(201, headers)
    }

    private static func lacking(_ document: Document, in repository: FakeRegistry.Repository) -> String? {
        let blobs = ([document.config].compactMap(\.self) + (document.layers ?? [])).map(\.digest)
        return blobs.first { !repository.blobs.contains($0) }
            ?? document.manifests?.map(\.digest).first { repository.manifests[$0] == nil }
    }

    func referrers(_ place: Place) -> FakeAnswer {
        guard manner.hasReferrersAPI else { return FakeAnswer(404, [:], Data("404 page not found".utf8)) }
        let manifests = repositories[place.repository]?.manifests ?? [:]
        let entries = manifests.sorted { $0.key < $1.key }.filter { _, manifest in
            let document = try? JSONDecoder().decode(Document.self, from: Data(manifest.bytes))
            return document?.subject?.digest == place.name
        }.map {
            #"{"mediaType":"\#($0.value.type)","digest":"\#($0.key)","size":\#($0.value.bytes.count)}"#
        }
        let index =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
        return FakeAnswer(200, ["Content-Type": MediaType.ociIndex.text], Data(index.utf8))
    }

    /// The tags that name something of which a part is missing, or whose bytes are not what their digest says.
    func brokenTags() -> [String] {
        repositories.sorted { $0.key < $1.key }.flatMap { name, repository in
            repository.tags.filter { !isWhole($0.value, in: repository) }.keys.sorted().map {
                "\(name):\($0)"
            }
        }
    }

    private func isWhole(_ digest: String, in repository: FakeRegistry.Repository) -> Bool {
        guard let manifest = repository.manifests[digest],
            Digest(of: manifest.bytes).description == digest,
            let document = try? JSONDecoder().decode(Document.self, from: Data(manifest.bytes))
        else { return false }
        return Self.lacking(document, in: repository) == nil
            && (document.manifests ?? []).allSatisfy { isWhole($0.digest, in: repository) }
    }
}
