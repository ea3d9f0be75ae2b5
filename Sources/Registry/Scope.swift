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

    /// What to ask for when a registry has named the scopes that it wants.
    ///
    /// Its actions are added to ours, and what it names beside ours is asked for too: registries that keep other
    /// names inside than outside know only their own. Those come first then, as some services look only at the
    /// first scope.
    static func merged(_ own: [Scope], with asked: [String]) -> [String] {
        var texts = own.map(\.text)
        var foreign: [String] = []
        for text in asked where !foreign.contains(text) {
            guard let colon = text.lastIndex(of: ":") else {
                foreign.append(text)
                continue
            }
            let thing = text[...colon]
            guard let index = texts.firstIndex(where: { $0.hasPrefix(thing) }) else {
                foreign.append(text)
                continue
            }
            let held = texts[index].dropFirst(thing.count).split(separator: ",")
            let more = text[text.index(after: colon)...].split(separator: ",").filter { !held.contains($0) }
            texts[index] = thing + (held + more).joined(separator: ",")
        }
        return foreign + texts
    }
}
