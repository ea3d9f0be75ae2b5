import Foundation
import OCI

/// What the fake registry holds, and what it answers to whole requests.
struct FakeStore: Sendable {
    var manner: FakeRegistry.Manner
    var authority = ""
    var storageAuthority = ""
    var blobs: [String: Data] = [:]
    var repositories: [String: FakeRegistry.Repository] = [:]
    var uploads: [String: Upload] = [:]
    var count = 0
    /// How many requests each token and each signature is still good for.
    private var tokens: [String: Int] = [:]
    private var signatures: [String: Int] = [:]

    struct Upload: Sendable {
        let repository: String
        var data = Data()
        /// How many bytes it believes to have.
        var held = 0
        /// The size of the smallest part so far.
        var smallest = Int.max
        /// What it told of itself after the first chunk.
        var firstRange: String?
        /// Counts the requests; distribution 2.8 has it in the location and knows only the last.
        var state = 0
    }

    init(_ manner: FakeRegistry.Manner) {
        self.manner = manner
    }

    /// A name that was not used before.
    mutating func next() -> String {
        count += 1
        return "n\(count)"
    }

    mutating func answer(_ request: ScriptedServer.Request) -> FakeAnswer {
        if request.path == "/token" { return token() }
        if let challenge, !isAuthorized(request) { return challenge }
        if request.path == "/v2/" { return FakeAnswer(200) }
        guard let place = Place(request.path) else {
            return FakeAnswer(404, [:], Data("404 page not found".utf8))
        }
        if manner.isReadOnly && request.isWrite { return FakeAnswer(405) }
        if let depth = manner.maximumDepth, place.repository.split(separator: "/").count > depth {
            if manner.knowsNoDeeper { return FakeAnswer(404, [:], Data("<html>404</html>".utf8)) }
            return .error(403, "DENIED", "requested access to the resource is denied")
        }
        if let created = manner.created, !created.contains(place.repository) {
            var answer = FakeAnswer.error(
                404, "NAME_UNKNOWN",
                "The repository with name '\(place.repository)' does not exist in the registry")
            answer.isHungUp = place.kind == .upload
            return answer
        }
        switch place.kind {
        case .blob: return blob(place, request)
        case .upload: return upload(place, request)
        case .manifest: return manifest(place, request)
        case .referrers: return referrers(place)
        case .list: return FakeAnswer(404, [:], Data("404 page not found".utf8))
        }
    }

    /// What is answered to who has no good token, where one is wanted.
    var challenge: FakeAnswer? {
        guard manner.tokenUses != nil else { return nil }
        let challenge = "Bearer realm=\"http://\(authority)/token\",service=\"test\""
        return FakeAnswer(401, ["WWW-Authenticate": challenge])
    }

    private mutating func token() -> FakeAnswer {
        let token = next()
        tokens[token] = manner.tokenUses
        return FakeAnswer(
            200, ["Content-Type": "application/json"], Data(#"{"token":"\#(token)","expires_in":300}"#.utf8))
    }

    private mutating func isAuthorized(_ request: ScriptedServer.Request) -> Bool {
        let token = request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) } ?? ""
        guard let left = tokens[token], left > 0 else { return false }
        tokens[token] = left - 1
        return true
    }

    private mutating func blob(_ place: Place, _ request: ScriptedServer.Request) -> FakeAnswer {
        if request.method == "HEAD" {
            if let status = manner.blobHead { return FakeAnswer(status) }
            if manner.claimed.contains(place.name), blobs[place.name] == nil {
                return FakeAnswer(200, ["Content-Length": ""])
            }
            if let size = manner.claimedSizes[place.name] {
                return FakeAnswer(200, ["Content-Length": String(size)])
            }
        }
        guard repositories[place.repository]?.blobs.contains(place.name) == true, let data = blobs[place.name]
        else {
            return .error(404, "BLOB_UNKNOWN", "blob unknown to registry", detail: place.name)
        }
        guard request.method == "GET", let uses = manner.signatureUses else {
            return content(data, place.name, request)
        }
        let signature = next()
        signatures[signature] = uses
        return FakeAnswer(
            307, ["Location": "http://\(storageAuthority)/\(place.name)?X-Amz-Signature=\(signature)"])
    }

    /// Content from where a signed address leads.
    mutating func answerAsStorage(_ request: ScriptedServer.Request) -> FakeAnswer {
        let signature = request.query["X-Amz-Signature"] ?? ""
        guard request.headers["authorization"] == nil, let left = signatures[signature], left > 0,
            let data = blobs[String(request.path.dropFirst())]
        else { return FakeAnswer(403) }
        signatures[signature] = left - 1
        return content(data, String(request.path.dropFirst()), request)
    }

    private func content(_ data: Data, _ digest: String, _ request: ScriptedServer.Request) -> FakeAnswer {
        var headers = [
            "Content-Type": "application/octet-stream", "Docker-Content-Digest": digest,
            "ETag": "\"\(digest)\"",
        ]
        let range = request.headers["range"]?.dropFirst("bytes=".count).dropLast()
        guard request.method == "GET", let start = range.flatMap({ Int($0) }) else {
            return FakeAnswer(200, headers, data)
        }
        guard start < data.count else { return FakeAnswer(416) }
        headers["Content-Range"] = "bytes \(start)-\(data.count - 1)/\(data.count)"
        return FakeAnswer(206, headers, data[(data.startIndex + start)...])
    }

    /// What a path names.
    struct Place {
        enum Kind: String, CaseIterable {
            case upload = "/blobs/uploads/"
            case blob = "/blobs/"
            case manifest = "/manifests/"
            case referrers = "/referrers/"
            case list = "/tags/"
        }

        let repository: String
        let kind: Kind
        /// A digest, a tag, the name of an upload or nothing.
        let name: String

        init?(_ path: String) {
            guard path.hasPrefix("/v2/") else { return nil }
            for kind in Kind.allCases {
                guard let range = path.range(of: kind.rawValue, options: .backwards) else { continue }
                repository = String(path[..<range.lowerBound].dropFirst("/v2/".count))
                self.kind = kind
                name = String(path[range.upperBound...])
                return
            }
            return nil
        }
    }
}

extension ScriptedServer.Request {
    /// The parameters behind the path, decoded.
    var query: [String: String] {
        let items = target.split(separator: "?", maxSplits: 1).dropFirst().first?.split(separator: "&") ?? []
        return Dictionary(
            items.map { item in
                let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], (parts.count > 1 ? parts[1] : "").removingPercentEncoding ?? "")
            }, uniquingKeysWith: { first, _ in first })
    }
}
