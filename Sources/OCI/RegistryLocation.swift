/// A place in a registry under which repositories lie: `registry.example.com/cloudgrid`, or a host alone.
package struct RegistryLocation: Hashable, Sendable, CustomStringConvertible {
    package let host: RegistryHost
    package let prefix: RepositoryName?
    package let naming: RepositoryNaming

    package init(host: RegistryHost, prefix: RepositoryName?) {
        self.host = host
        self.prefix = prefix
        naming = .nested
    }

    /// Reads `HOST[:PORT][/PATH]`; a scheme or user information is refused, and never repeated in the message.
    package init(_ text: String, naming: RepositoryNaming = .nested) throws(ReferenceError) {
        guard !text.utf8.contains(UInt8(ascii: "@")) else { throw .userInfo }
        guard !text.contains("://") else { throw .scheme(text) }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        host = try RegistryHost(String(parts.first ?? ""))
        prefix = parts.count > 1 ? try RepositoryName(String(parts[1])) : nil
        self.naming = naming
    }

    package var description: String { host.description + (prefix.map { "/" + $0.text } ?? "") }

    /// Where a repository of a release lies in the registry.
    package func repository(_ name: RepositoryName) throws(ReferenceError) -> RepositoryName {
        try naming.name(of: name).below(prefix)
    }
}
