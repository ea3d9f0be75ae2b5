import Foundation
import Servers

/// Reads a registry without the product.
struct RegistryView {
    let port: Int
    /// Before every repository: `cloudgrid`.
    let prefix: String

    /// The digest of `{}`.
    static let emptyObject = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

    func repositories() throws -> [String] {
        struct Catalog: Decodable { let repositories: [String] }
        let answer = try LoopbackHTTP.send("GET", "/v2/_catalog?n=1000", to: port)
        return try JSONDecoder().decode(Catalog.self, from: Data(answer.body)).repositories
            .filter { $0.hasPrefix(prefix + "/") }.map { String($0.dropFirst(prefix.count + 1)) }
    }

    /// Every tag of the repository, none if there is no repository.
    func tags(_ repository: String) throws -> [String] {
        struct List: Decodable { let tags: [String]? }
        let answer = try LoopbackHTTP.send("GET", "/v2/\(prefix)/\(repository)/tags/list", to: port)
        guard answer.status != 404 else { return [] }
        return (try JSONDecoder().decode(List.self, from: Data(answer.body)).tags ?? []).sorted()
    }

    func allTags() throws -> [String] {
        try repositories().flatMap { repository in try tags(repository).map { "\(repository):\($0)" } }
    }

    /// The bytes of a manifest and the digest that the registry gives it.
    func manifest(_ repository: String, _ reference: String) throws -> (bytes: [UInt8], digest: String)? {
        let types = ["index", "manifest"].map { "application/vnd.oci.image.\($0).v1+json" }.joined(
            separator: ", ")
        let answer = try LoopbackHTTP.send(
            "GET", "/v2/\(prefix)/\(repository)/manifests/\(reference)", headers: ["accept": types], to: port)
        guard answer.status == 200, let digest = answer.headers["docker-content-digest"] else { return nil }
        return (answer.body, digest)
    }

    func digest(_ repository: String, _ reference: String) throws -> String? {
        try manifest(repository, reference)?.digest
    }

    func blob(_ repository: String, _ digest: String) throws -> [UInt8]? {
        let answer = try LoopbackHTTP.send("GET", "/v2/\(prefix)/\(repository)/blobs/\(digest)", to: port)
        return answer.status == 200 ? answer.body : nil
    }

    /// The tags that name something of which a part is missing.
    func brokenTags() throws -> [String] {
        try repositories().flatMap { repository in
            // What is whole under one tag is not asked for again under another.
            var whole: Set<String> = []
            return try tags(repository).filter { try !isWhole(repository, $0, &whole) }.map {
                "\(repository):\($0)"
            }
        }
    }

    private func isWhole(_ repository: String, _ reference: String, _ whole: inout Set<String>) throws -> Bool
    {
        guard !whole.contains(reference) else { return true }
        guard let found = try manifest(repository, reference) else { return false }
        guard !whole.contains(found.digest) else { return true }
        let document = try OCIDocument(found.bytes)
        for child in document.manifests ?? [] {
            guard try isWhole(repository, child.digest, &whole) else { return false }
        }
        for blob in document.blobs where !whole.contains(blob.digest) {
            let answer = try LoopbackHTTP.send(
                "HEAD", "/v2/\(prefix)/\(repository)/blobs/\(blob.digest)", to: port)
            guard answer.status == 200, answer.headers["content-length"] == String(blob.size) else {
                return false
            }
            whole.insert(blob.digest)
        }
        whole.insert(found.digest)
        return true
    }

    /// Puts a small artifact under a tag and gives its digest: something that is not of the release.
    func putOther(_ repository: String, tag: String) throws -> String? {
        let digest = Self.emptyObject
        let base = "/v2/\(prefix)/\(repository)"
        let begun = try LoopbackHTTP.send("POST", base + "/blobs/uploads/", to: port)
        let place = try URLComponents(string: begun.headers["location"] ?? "").orThrow("no upload location")
        let target = "\(place.path)?\(place.percentEncodedQuery ?? "")&digest=\(digest)"
        let put = try LoopbackHTTP.send("PUT", target, body: Array("{}".utf8), to: port)
        guard put.status == 201 else { throw NotSeen(description: "a blob was answered with \(put.status)") }
        let descriptor = #""digest":"\#(digest)","size":2}"#
        let manifest = """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json",\(descriptor),\
            "layers":[{"mediaType":"application/octet-stream",\(descriptor)]}
            """
        let type = "application/vnd.oci.image.manifest.v1+json"
        let answer = try LoopbackHTTP.send(
            "PUT", base + "/manifests/\(tag)", headers: ["content-type": type], body: Array(manifest.utf8),
            to: port)
        guard answer.status == 201 else {
            throw NotSeen(description: "a manifest was answered with \(answer.status)")
        }
        return answer.headers["docker-content-digest"]
    }
}

extension Optional {
    /// The value, or what is missing as an error.
    func orThrow(_ what: String) throws -> Wrapped {
        guard let self else { throw NotSeen(description: what) }
        return self
    }
}
