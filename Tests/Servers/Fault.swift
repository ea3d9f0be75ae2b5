import Foundation

/// One thing that goes wrong with one request.
package struct Fault: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case cutDownload, cutUpload, lostRequest, lostAnswer, delay, stall
        case wrongDigestHeader, wrongLength, wrongType, wrongRange, wrongBytes
        case tooManyRequests, tooManyRequestsForNow, serverError, unavailable, unavailableForNow
        case expiredToken, forbidden, late
        case redirectLoop, foreignLocation
        case full, typeRefused, tagImmutable
    }

    package let kind: Kind
    /// How far the content comes before it is cut, from 0 to 1.
    package let share: Double

    package init(_ kind: Kind, share: Double = 0.5) {
        self.kind = kind
        self.share = share
    }
}

extension Fault {
    /// The answer that is given in place of the true one, without anything being done.
    var answer: FakeAnswer? {
        switch kind {
        case .tooManyRequests: FakeAnswer(429)
        case .tooManyRequestsForNow: FakeAnswer(429, ["Retry-After": "3"])
        case .serverError: FakeAnswer(500)
        case .unavailable: FakeAnswer(503)
        case .unavailableForNow: FakeAnswer(503, ["Retry-After": "1"])
        case .forbidden: .error(403, "DENIED", "requested access to the resource is denied")
        case .late: .error(404, "NAME_UNKNOWN", "repository name not known to registry")
        case .full: .error(500, "UNKNOWN", "write: no space left on device")
        case .typeRefused: .error(415, "MANIFEST_INVALID", "unsupported media type")
        case .tagImmutable: .error(412, "PRECONDITION", "configured as immutable")
        default: nil
        }
    }

    /// Whether the fault can befall such a request.
    package func fits(_ request: ScriptedServer.Request) -> Bool {
        let isWrite = request.isWrite
        let putsManifest = request.method == "PUT" && request.path.contains("/manifests/")
        switch kind {
        case .cutUpload: return isWrite && request.length > 1
        case .full: return isWrite && request.length > 0 && !putsManifest
        case .typeRefused: return putsManifest
        case .tagImmutable: return putsManifest && !request.path.contains("/manifests/sha256")
        case .late: return !isWrite && !request.path.hasSuffix("/v2/")
        case .lostRequest, .lostAnswer, .delay: return true
        case .wrongRange: return request.method == "PATCH" || request.headers["range"] != nil
        case .foreignLocation: return ["POST", "PATCH"].contains(request.method)
        case .cutDownload, .stall, .wrongLength, .wrongBytes, .wrongType, .redirectLoop:
            return request.method == "GET"
        case .wrongDigestHeader: return !request.path.hasSuffix("/v2/")
        default: return true
        }
    }

    /// The true answer with its fault, or nothing where it has no place for it.
    func spoil(_ answer: FakeAnswer, to request: ScriptedServer.Request) -> FakeAnswer? {
        var spoilt = answer
        switch kind {
        case .cutDownload, .stall:
            guard answer.data.count > 1 else { return nil }
            spoilt.cut = Int(Double(answer.data.count) * share)
            if kind == .stall { spoilt.silenceAfter = 0.25 }
        case .wrongLength:
            guard answer.data.count > 1 else { return nil }
            spoilt.headers["Content-Length"] = String(answer.data.count - 1)
        case .wrongBytes:
            guard !answer.data.isEmpty else { return nil }
            let place = min(Int(Double(answer.data.count) * share), answer.data.count - 1)
            spoilt.data[spoilt.data.startIndex + place] ^= 1
        case .wrongDigestHeader:
            guard answer.headers["Docker-Content-Digest"] != nil else { return nil }
            spoilt.headers["Docker-Content-Digest"] = "sha256:" + String(repeating: "0", count: 64)
        case .wrongType:
            guard answer.headers["Content-Type"] != nil else { return nil }
            spoilt.headers["Content-Type"] = "text/html"
        case .wrongRange:
            if answer.headers["Content-Range"] != nil {
                spoilt.headers["Content-Range"] = "bytes 1-\(answer.data.count)/\(answer.data.count + 1)"
            } else if answer.headers["Range"] != nil {
                spoilt.headers["Range"] = "0-1"
            } else {
                return nil
            }
        case .redirectLoop:
            guard answer.status == 200 else { return nil }
            spoilt = FakeAnswer(307, ["Location": request.target])
        case .foreignLocation:
            guard answer.headers["Location"] != nil else { return nil }
            spoilt.headers["Location"] = "http://127.0.0.1:1/elsewhere"
        case .expiredToken: return nil
        default: break
        }
        return spoilt
    }
}
