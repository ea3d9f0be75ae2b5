package import OCI

/// How registries are spoken to. The defaults are the safe ones: https alone, no host but the named one, no
/// redirect.
package struct RegistryOptions: Sendable {
    package var credentials = CredentialStore.anonymous
    /// The hosts that the user said speak plain http.
    package var plainHTTP: Set<RegistryHost> = []
    /// Certificate authorities in PEM, known in addition to those of the system.
    package var caCertificates: [UInt8]?
    /// What is known about the certificates of single hosts, as they are spelled in references.
    package var certificates: [RegistryHost: HostCertificates] = [:]
    /// Other hosts that may be given credentials (token services) or uploads, because the user named them.
    package var companionHosts: Set<RegistryHost> = []
    /// Whether content may come from where the registry redirects. Only pulling code sets it.
    package var followsRedirects = false
    package var userAgent = "cgbundle"
    /// Per request; content that makes progress begins to count anew. With the waits between them a registry may be away for
    /// half a minute, as it is when it is restarted.
    package var maximumAttempts = 8
    /// The longest wait that a registry may ask for.
    package var maximumWait: Duration = .seconds(120)
    /// The longest that a whole run may wait between attempts.
    package var waitBudget: Duration = .seconds(1800)
    package var stallTimeout: Duration = .seconds(60)
    package var contentTime = ContentTime()
    package var connectTimeout: Duration = .seconds(10)
    /// Requests under way per host, where the host bears so many.
    package var maximumConnections = 8
    /// Blobs up to this size go up in one PUT instead of a PATCH and a PUT. Bytes.
    package var wholeUploadLimit: Int64 = 1 << 20
    /// The largest body of one request where that is known; larger blobs go up in chunks. Bytes.
    package var bodyLimit: Int64?
    /// What this run has waited for; copies of these options share it.
    package var patience = Patience()
    /// The proxies that the user asked for.
    package var proxies = ProxySettings.none
    /// Is told of each request when its answer begins; never of a secret.
    package var trace: (@Sendable (String) -> Void)?
    /// What the names of token services mean. Tests alone give another.
    var resolve: @Sendable (String) async -> [NetworkAddress] = { await NetworkAddress.resolving($0) }
    /// By which the life of tokens is counted. Tests alone give another.
    package var now: @Sendable () -> ContinuousClock.Instant = { .now }
    /// How a retry waits. Tests alone give another.
    package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    package init() {}
}
