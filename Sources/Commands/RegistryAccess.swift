package import ArgumentParser
import BundleFormat
import Glibc
package import OCI
package import Registry

/// How registries are reached.
package struct RegistryAccess: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "User name for the registry; the password comes from --password-stdin.", valueName: "name"))
    package var username: String?

    @Flag(help: "Read the password from standard input.")
    package var passwordStdin = false

    @Option(
        help: ArgumentHelp(
            "Credentials file in docker's form; only it is read. Default: REGISTRY_AUTH_FILE, else docker's and podman's own files.",
            valueName: "file"))
    package var authfile: String?

    @OptionGroup package var certificates: CertificateOptions

    @Option(
        help: ArgumentHelp(
            "Speak http, without TLS, to this host; may be given several times.", valueName: "host[:port]"))
    package var plainHttp: [String] = []

    @Option(
        help: ArgumentHelp(
            "A host besides the registry that may be asked for tokens or sent uploads; may be given several times.",
            valueName: "host[:port]"))
    package var companionHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "Reach every host through this proxy; for a password, export's HTTPS_PROXY is the better place.",
            valueName: "[http://]host[:port]"))
    package var proxy: String?

    @Option(
        help: ArgumentHelp(
            "debug shows each request on standard error, without secrets.", valueName: "info|debug"))
    package var logLevel: LogLevel = .info

    @OptionGroup(title: "Patience") package var patience: PatienceOptions

    package init() {}

    package func validate() throws {
        guard (username != nil) == passwordStdin else {
            throw ValidationError("--username NAME and --password-stdin go together")
        }
    }

    /// Whether any option about a registry was given.
    package var isUsed: Bool {
        username != nil || authfile != nil || certificates.isUsed || !plainHttp.isEmpty
            || !companionHost.isEmpty
    }

    /// - Parameters:
    ///   - hosts: the registries that will be talked to. A password given on the command line is for one of them:
    ///     with several, the others would be sent it too.
    ///   - followsRedirects: only what pulls may be sent elsewhere.
    ///   - usesEnvironmentProxy: only what reaches out to the vendor's side takes a proxy that nobody named.
    ///   - run: what the whole run may wait, where it talks to others beside these.
    package func options(
        for hosts: Set<RegistryHost>, followsRedirects: Bool, usesEnvironmentProxy: Bool, connections: Int,
        patience run: Patience = Patience(),
    ) throws -> RegistryOptions {
        guard username == nil || hosts.count <= 1 else {
            let names = hosts.map(\.description).sorted().joined(separator: ", ")
            throw Finding(
                .usage, "auth.ambiguous", at: .target,
                "--username: \(hosts.count) registries would be sent the password: \(names); use --authfile")
        }
        var options = RegistryOptions()
        options.credentials = try credentials()
        options.plainHTTP = Set(try plainHttp.map { (text) throws(ReferenceError) in try RegistryHost(text) })
        options.companionHosts = Set(
            try companionHost.map { (text) throws(ReferenceError) in try RegistryHost(text) })
        options.caCertificates = try certificates.authorities()
        options.certificates = try certificates.known(for: hosts, beside: options.companionHosts)
        options.proxies = try proxies(fromEnvironment: usesEnvironmentProxy)
        options.trace = logLevel.trace
        options.followsRedirects = followsRedirects
        options.userAgent = ToolVersion.userAgent
        options.maximumConnections = connections
        options.patience = run
        patience.apply(to: &options)
        return options
    }

    /// For what is fetched from the web: no credential is known.
    package func webOptions(connections: Int, patience run: Patience) throws -> RegistryOptions {
        var options = RegistryOptions()
        options.plainHTTP = Set(try plainHttp.map { (text) throws(ReferenceError) in try RegistryHost(text) })
        options.caCertificates = try certificates.authorities()
        options.proxies = try proxies(fromEnvironment: true)
        options.trace = logLevel.trace
        options.userAgent = ToolVersion.userAgent
        options.maximumConnections = connections
        options.patience = run
        patience.apply(to: &options)
        return options
    }

    private func proxies(fromEnvironment isAllowed: Bool) throws -> ProxySettings {
        do {
            let environment = isAllowed ? Environment.all : [:]
            guard let proxy else { return try ProxySettings(environment: environment) }
            return try ProxySettings(
                everythingThrough: proxy, but: environment["no_proxy"] ?? environment["NO_PROXY"])
        } catch {
            throw Finding(.usage, error.reason, at: .target, error.description)
        }
    }

    private func explicit() throws -> Credential? {
        guard let username else { return nil }
        var password = ""
        while let line = readLine(strippingNewline: true) {
            password = line
            break
        }
        guard !password.isEmpty else {
            throw Finding(
                .usage, "auth.password", at: .target, "--password-stdin: standard input holds no password")
        }
        return Credential(user: username, password: password)
    }

    private func credentials() throws -> CredentialStore {
        // What is given on the command line is for every question, so no file is even read.
        if let given = try explicit() { return CredentialStore(explicit: given) }
        return CredentialStore(
            documents: try CredentialFiles.documents(named: authfile),
            helpers: CredentialHelpers(environment: Environment.all))
    }
}

/// How much is told of what goes on.
package enum LogLevel: String, CaseIterable, ExpressibleByArgument, Sendable {
    case info, debug

    /// Where lines about requests go.
    var trace: (@Sendable (String) -> Void)? {
        guard self == .debug else { return nil }
        return { Printer.debug($0) }
    }
}
