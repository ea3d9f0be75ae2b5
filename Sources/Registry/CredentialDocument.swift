import OCI
import StrictJSON

/// One `config.json` of Docker or `auth.json` of podman, already read.
///
/// Its entries are taken apart when they are asked for, so a fault in an entry for another registry does not stop
/// the work with this one.
package struct CredentialDocument: Sendable {
    let name: String
    private let root: JSONNode

    private static let maximumSize = 1 << 20

    /// - Parameter name: what messages call the document, usually its path.
    package init(_ bytes: [UInt8], name: String) throws(RegistryError) {
        self.name = name
        do {
            root = try StrictJSON.parseObject(bytes, name: name, limits: JSONLimits(bytes: Self.maximumSize))
        } catch {
            throw .document(error)
        }
    }

    enum Finding: Equatable {
        case credential(Credential, key: String)
        case helper(String)
        case nothing
    }

    /// What the document holds for a repository at `host`: the entry of the longest path of them, then an entry
    /// that is spelled as an address.
    ///
    /// A host without a port is not the same host with one, and no entry counts for the names below its own.
    func finding(for host: RegistryHost, repository: RepositoryName?) throws(RegistryError) -> Finding {
        let entries = try members("auths")
        var isEmptyThere = false
        for key in Self.keys(for: host, repository: repository) {
            guard let entry = entries.first(where: { $0.name.lowercased() == key }) else { continue }
            if let credential = try credential(in: entry.node, key: entry.name) {
                return .credential(credential, key: entry.name)
            }
            isEmptyThere = true
        }
        let hosts = Self.names(of: host)
        for entry in entries where Self.hostOfAddress(entry.name).map(hosts.contains) ?? false {
            if let credential = try credential(in: entry.node, key: entry.name) {
                return .credential(credential, key: entry.name)
            }
            isEmptyThere = true
        }
        let helpers = try members("credHelpers")
        let helper = helpers.first { hosts.contains(Self.hostOfAddress($0.name) ?? $0.name.lowercased()) }
        if let helper { return .helper(try read { () throws(JSONError) in try helper.node.string() }) }
        // An empty entry says that the general helper keeps the credential.
        let store = try read { () throws(JSONError) in try root.optional("credsStore")?.string() }
        if isEmptyThere, let store { return .helper(store) }
        return .nothing
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
