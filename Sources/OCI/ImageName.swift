/// A repository in a registry, as an image's name without tag and digest gives it.
package struct ImageName: Hashable, Sendable, CustomStringConvertible {
    package let host: RegistryHost
    package let repository: RepositoryName

    package init(host: RegistryHost, repository: RepositoryName) {
        self.host = host
        self.repository = repository
    }

    /// Reads `HOST/REPOSITORY`. A first component without a dot, a colon or the name `localhost` is no host, and
    /// no default registry is assumed: what a name means must not depend on the machine that reads it.
    package init(_ text: String) throws(ReferenceError) {
        let location = try RegistryLocation(text)
        let name = location.host
        guard let repository = location.prefix,
            name.port != nil || name.name == "localhost" || name.name.utf8.contains(UInt8(ascii: "."))
                || name.name.utf8.first == UInt8(ascii: "[")
        else { throw .image(text) }
        host = name
        self.repository = repository
    }

    package var description: String { "\(host)/\(repository)" }
}
