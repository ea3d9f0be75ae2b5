import NIOHTTP1
package import OCI

/// A client of one registry, which speaks the distribution protocol to it and nothing to anybody else but the
/// companions that its user named.
///
/// Making one does not talk. All tasks may share it; how many do so at a time is the caller's choice.
///
/// OCI distribution-spec 1.1.1.
package struct RegistryConnection: Sendable {
    package let host: RegistryHost
    package let origin: Origin
    let options: RegistryOptions
    let requester: Requester
    let authorizer: Authorizer
    let listing = ReferrersSupport()
    let oddSizes = OddSizes()
    let headFailures = HeadFailures()
    let manner: UploadManner
    let openUploads = OpenUploads()

    /// - Parameter namespace: what all repositories that will be asked for lie below, or the one that will be; the credential
    ///   that is known for it signs in.
    package init(
        host: RegistryHost, namespace: RepositoryName? = nil, options: RegistryOptions,
        transport: HTTPTransport
    ) {
        self.host = host
        self.options = options
        manner = UploadManner(bodyLimit: options.bodyLimit)
        origin = Origin(of: host, plainHTTP: options.plainHTTP)
        requester = Requester(
            transport: transport, registry: host, options: options, traffic: Traffic())
        authorizer = Authorizer(host: host, namespace: namespace, origin: origin, requester: requester)
    }

    var traffic: Traffic { requester.traffic }

    package var summary: TrafficSummary { traffic.summary }

    /// Sees whether a registry answers, and whether it takes the credential if there is one.
    ///
    /// Some registries answer 404 here though everything else works, so 404 is no refusal; nor is 401 to somebody
    /// who has no credential, who may still be given single repositories.
    ///
    /// - Returns: what was said to somebody who has no credential and was asked for one; nothing where it is let in.
    @discardableResult
    package func ping() async throws -> Exchange? {
        let url = RequestURL(origin: origin, path: "/v2/")
        return try await repeating {
            let answer = try await send(Call("GET", url, isForSomebody: true))
            switch answer.status {
            case 200...299, 404:
                try await answer.discard()
                return nil
            // It comes out here only if there was nothing to answer it with.
            case 401: return try await answer.refused()
            default: throw try await refusal(answer)
            }
        }
    }

    func url(_ repository: RepositoryName, _ rest: String) -> RequestURL {
        RequestURL(origin: origin, path: "/v2/\(repository)/\(rest)")
    }
}

/// A request as the protocol knows it, before anybody's authorization is added.
struct Call: Sendable {
    let method: String
    let url: RequestURL
    var scopes: [Scope] = []
    var headers: HTTPHeaders = [:]
    var body: OutgoingRequest.Body = .none
    /// Whether the content may be elsewhere, as that of blobs and manifests may.
    var mayRedirect = false
    /// Whether a 401 is handed to the caller if there is no credential to answer it with.
    var isForSomebody = false

    init(
        _ method: String, _ url: RequestURL, scopes: [Scope] = [], headers: HTTPHeaders = [:],
        body: OutgoingRequest.Body = .none, mayRedirect: Bool = false, isForSomebody: Bool = false,
    ) {
        self.method = method
        self.url = url
        self.scopes = scopes
        self.headers = headers
        self.body = body
        self.mayRedirect = mayRedirect
        self.isForSomebody = isForSomebody
    }
}
