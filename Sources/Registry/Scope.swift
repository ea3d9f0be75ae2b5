import OCI

/// A right that a token is asked for (distribution, "Token Scope Documentation").
struct Scope: Hashable, Sendable {
    let repository: RepositoryName
    let actions: String

    static func pull(_ repository: RepositoryName) -> Scope { Scope(repository: repository, actions: "pull") }

    /// Distribution wants both rights for an upload.
    static func push(_ repository: RepositoryName) -> Scope {
        Scope(repository: repository, actions: "pull,push")
    }

    var text: String { "repository:\(repository):\(actions)" }
}
