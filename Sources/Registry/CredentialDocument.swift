import OCI
import StrictJSON

/// One `config.json` of Docker or `auth.json` of podman, already read.
///
/// Its entries are taken apart when they are asked for, so a fault in an entry for another registry does not stop
/// the work with this one.
package struct CredentialDocument: Sendable {
    let name: String
    /// Why the helpers that the document names are not run.
    let distrust: String?
    private let root: JSONNode

    private static let maximumSize = 1 << 20

    /// - Parameters:
    ///   - name: what messages call the document, usually its path.
    ///   - distrust: why the programs that it names are not run, if so: who can write the document chooses them.
    package init(_ bytes: [UInt8], name: String, distrust: String? = nil) throws(RegistryError) {
        self.name = name
        self.distrust = distrust
        do {
            root = try StrictJSON.parseObject(bytes, name: name, limits: JSONLimits(bytes: Self.maximumSize))
        } catch {
            throw .document(error)
        }
    }

    enum Finding: Equatable {
        case credential(Credential, key: String)
        case helper(String, server: String)
    }

    /// What the document holds for a repository at `host`, in the order in which it is tried: the helper that it
    /// names for the host, the entry of the longest path, an entry that is spelled as an address, the helper for
    /// everything.
    ///
    /// A host without a port is not the same host with one, and no entry counts for the names below its own.
    func findings(for host: RegistryHost, repository: RepositoryName?) throws(RegistryError) -> [Finding] {
        var found: [Finding] = []
        let hosts = Self.names(of: host)
        let server = host.description == "docker.io" ? "https://index.docker.io/v1/" : host.description
        let helpers = try members("credHelpers")
        if let own = helpers.first(where: {
            hosts.contains(Self.hostOfAddress($0.name) ?? $0.name.lowercased())
        }) {
            let helper = try read { () throws(JSONError) in try own.node.string() }
            // An empty name is docker's way of saying that this host has none.
            if !helper.isEmpty { found.append(.helper(helper, server: server)) }
        }
        let entries = try members("auths")
        let named = Self.keys(for: host, repository: repository).compactMap { key in
            entries.first { $0.name.lowercased() == key }
        }
        let addressed = entries.filter { Self.hostOfAddress($0.name).map(hosts.contains) ?? false }
        for entry in named + addressed {
            // An empty entry says that a helper keeps the credential.
            guard let credential = try credential(in: entry.node, key: entry.name) else { continue }
            found.append(.credential(credential, key: entry.name))
            break
        }
        let store = try read { () throws(JSONError) in try root.optional("credsStore")?.string() }
        if let store, !store.isEmpty { found.append(.helper(store, server: server)) }
        return found
    }

    /// `host/a/b`, `host/a`, `host`, each for all names of the host.
    private static func keys(for host: RegistryHost, repository: RepositoryName?) -> [String] {
        var paths = [""]
        for component in repository?.text.split(separator: "/") ?? [] {
            paths.append((paths.last ?? "") + "/" + component)
        }
        return paths.reversed().flatMap { path in names(of: host).map { $0 + path } }
    }

    private static func names(of host: RegistryHost) -> [String] {
        host.description == "docker.io"
            ? ["docker.io", "index.docker.io", "registry-1.docker.io"] : [host.description]
    }

    /// The `host[:port]` of a key like `https://host/v1/`, or nothing for a key of another form.
    private static func hostOfAddress(_ key: String) -> String? {
        let key = key.lowercased()
        for scheme in ["https://", "http://"] where key.hasPrefix(scheme) {
            return String(key.dropFirst(scheme.count).prefix { $0 != "/" })
        }
        return nil
    }

    private func credential(in entry: JSONNode, key: String) throws(RegistryError) -> Credential? {
        func text(_ member: String) throws(RegistryError) -> String? {
            let found = try read { () throws(JSONError) in try entry.optional(member)?.string() }
            return found?.isEmpty == true ? nil : found
        }
        if let token = try text("identitytoken") { return Credential(identityToken: token) }
        if let token = try text("registrytoken") { return Credential(registryToken: token) }
        if let auth = try text("auth") {
            guard var pair = try? Base64.decode(auth) else {
                throw .entry(document: name, key: key, fault: "\"auth\" is not base64")
            }
            while pair.last == 0 { pair.removeLast() }
            guard let colon = pair.firstIndex(of: UInt8(ascii: ":")),
                let user = String(validating: pair[..<colon], as: UTF8.self),
                let password = String(validating: pair[(colon + 1)...], as: UTF8.self)
            else { throw .entry(document: name, key: key, fault: "\"auth\" is not USER:PASSWORD") }
            return Credential(user: user, password: password)
        }
        guard let user = try text("username"), let password = try text("password") else { return nil }
        return Credential(user: user, password: password)
    }

    private func members(_ member: String) throws(RegistryError) -> [(name: String, node: JSONNode)] {
        try read { () throws(JSONError) in try root.optional(member)?.members() ?? [] }
    }

    private func read<T>(_ reading: () throws(JSONError) -> T) throws(RegistryError) -> T {
        do {
            return try reading()
        } catch {
            throw .document(error)
        }
    }
}

extension CredentialDocument: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { name }
    package var debugDescription: String { name }
    /// The content is full of secrets.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
