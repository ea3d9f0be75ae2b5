import Foundation
import OCI

extension FakeStore {
    mutating func upload(_ place: Place, _ request: ScriptedServer.Request) -> FakeAnswer {
        if request.method == "POST" { return begin(place.repository, request.query) }
        guard var upload = uploads[place.name], upload.repository == place.repository,
            manner.resumesUploads || request.query["_state"] == String(upload.state)
        else { return .error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry") }
        switch request.method {
        case "GET": return progress(of: place.name, 204)
        case "DELETE":
            uploads[place.name] = nil
            return FakeAnswer(204)
        case "PATCH":
            guard manner.takesPatch else { return FakeAnswer(404, [:], Data("not found".utf8)) }
            guard request.headers["content-type"] == "application/octet-stream" else {
                return FakeAnswer(400)
            }
            let start = request.headers["content-range"]?.split(separator: "-").first.flatMap { Int($0) } ?? 0
            if manner.countsBrokenBodies, start != upload.held { return FakeAnswer(500) }
            guard start == upload.held else { return progress(of: place.name, 416) }
            if let limit = manner.chunkLimit, request.headers["content-range"] != nil, request.length > limit
            {
                return .error(
                    416, "REQUESTED_RANGE_NOT_SATISFIABLE",
                    "the request body is too large and exceeds the maximum permissible limit")
            }
            // What comes behind a chunk that is too small shows that it was not the last one.
            if let minimum = manner.minimumChunk, upload.smallest < minimum {
                return .error(416, "SIZE_INVALID", "all parts but the last must be larger")
            }
            upload.smallest = min(upload.smallest, request.body.count)
            upload.data += request.body
            upload.held = manner.countsBrokenBodies ? start + request.length : upload.data.count
            upload.state += 1
            uploads[place.name] = upload
            let answer = progress(of: place.name, manner.keepsFirstRange ? 201 : 202)
            if manner.keepsFirstRange, upload.firstRange == nil {
                uploads[place.name]?.firstRange = answer.headers["Range"]
            }
            return answer
        case "PUT":
            if manner.countsBrokenBodies, upload.held != upload.data.count { return FakeAnswer(500) }
            upload.data += request.body
            uploads[place.name] = nil
            // What was cut is no end of an upload.
            guard !request.isCut else { return FakeAnswer(400) }
            return close(upload, as: request.query["digest"] ?? "")
        default: return FakeAnswer(405)
        }
    }

    private mutating func begin(_ repository: String, _ query: [String: String]) -> FakeAnswer {
        if let digest = query["mount"], let other = query["from"],
            repositories[other]?.blobs.contains(digest) == true
        {
            repositories[repository, default: FakeRegistry.Repository()].blobs.insert(digest)
            return FakeAnswer(
                201, ["Location": "/v2/\(repository)/blobs/\(digest)", "Docker-Content-Digest": digest])
        }
        let name = next()
        uploads[name] = Upload(repository: repository)
        return progress(of: name, 202)
    }

    /// Where an upload goes on and how far it came; `0-0` for a byte as well as for none.
    private func progress(of name: String, _ status: Int) -> FakeAnswer {
        guard let upload = uploads[name] else { return FakeAnswer(404) }
        let path = "/v2/\(upload.repository)/blobs/uploads/\(name)?_state=\(upload.state)"
        let location =
            switch manner.location {
            case .absolute: "http://\(authority)\(path)"
            case .relative: path
            case .elsewhere(let origin): origin + path
            }
        var headers = [
            "Location": location, "Range": upload.firstRange ?? "0-\(max(0, upload.held - 1))",
        ]
        if let minimum = manner.minimumChunk { headers["OCI-Chunk-Min-Length"] = String(minimum) }
        return FakeAnswer(status, headers)
    }

    private mutating func close(_ upload: Upload, as digest: String) -> FakeAnswer {
        guard Digest(of: [UInt8](upload.data)).description == digest else {
            return .error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        }
        if let quota = manner.quota, blobs.values.reduce(upload.data.count, { $0 + $1.count }) > quota {
            return .error(
                403, "DENIED",
                "adding \(upload.data.count) bytes of storage resource will exceed the configured upper limit"
            )
        }
        blobs[digest] = upload.data
        manner.claimedSizes[digest] = nil
        repositories[upload.repository, default: FakeRegistry.Repository()].blobs.insert(digest)
        return FakeAnswer(
            201,
            [
                "Location": "/v2/\(upload.repository)/blobs/\(digest)", "Docker-Content-Digest": digest,
            ])
    }
}
