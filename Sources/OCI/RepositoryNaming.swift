/// How the repositories of a release are called below a location.
package enum RepositoryNaming: Hashable, Sendable {
    /// As in the bundle: `charts/cloudgrid`.
    case nested
    /// In one component, for registries that hold no deeper names: `charts-cloudgrid`.
    case flat

    /// What a repository of the bundle is called. Two of them can have one flat name, so whoever puts several asks for that first.
    package func name(of repository: RepositoryName) throws(ReferenceError) -> RepositoryName {
        switch self {
        case .nested: repository
        case .flat: try RepositoryName(repository.text.split(separator: "/").joined(separator: "-"))
        }
    }
}
