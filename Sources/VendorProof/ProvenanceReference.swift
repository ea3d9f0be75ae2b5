import StrictJSON
import Trust

/// A version that a signed statement about a build names: a tag of the source repository, or the input of the run.
///
/// slsa.dev/spec/v1.0/provenance, slsa.dev/spec/v0.2/provenance.
struct ProvenanceReference {
    let version: String

    private static let dependencyLimit = 1024

    /// References to the vendor's repository; other repositories in a statement have versions of their own.
    ///
    /// - Parameter repositories: the vendor's; where none is known, the one whose workflow made the statement.
    static func all(
        in statement: InTotoStatement, knowing repositories: Set<SourceLocation>
    ) -> [ProvenanceReference] {
        let found: (own: String?, references: [(repository: String, ref: String)], inputs: [String])
        switch statement.predicateType {
        case "https://slsa.dev/provenance/v1": found = v1(statement.predicate)
        case "https://slsa.dev/provenance/v0.2": found = v02(statement.predicate)
        default: return []
        }
        let own = found.own.map(SourceLocation.init)
        let known = repositories.isEmpty ? Set(own.map { [$0] } ?? []) : repositories
        let prefix = "refs/tags/"
        let tags = found.references.filter { known.contains(SourceLocation($0.repository)) }.map(\.ref)
            .filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        let inputs = own.map(known.contains) ?? false ? found.inputs : []
        return (tags + inputs).map(ProvenanceReference.init)
    }

    private static func v1(
        _ predicate: JSONValue?
    ) -> (own: String?, references: [(repository: String, ref: String)], inputs: [String]) {
        let definition = predicate?["buildDefinition"]
        let parameters = definition?["externalParameters"]
        let own = parameters?["workflow"]?["repository"]?.text
        var references = [parameters?["source"]?["uri"]].compactMap { $0?.text.flatMap(split) }
        if let own, let ref = parameters?["workflow"]?["ref"]?.text { references.append((own, ref)) }
        references += dependencies(definition?["resolvedDependencies"])
        let input = parameters?["inputs"]?["version"]?.text
        return (own, references, input.map { [$0] } ?? [])
    }

    private static func v02(
        _ predicate: JSONValue?
    ) -> (own: String?, references: [(repository: String, ref: String)], inputs: [String]) {
        let source = predicate?["invocation"]?["configSource"]?["uri"]?.text.flatMap(split)
        let references = (source.map { [$0] } ?? []) + dependencies(predicate?["materials"])
        return (source?.repository, references, [])
    }

    private static func dependencies(_ list: JSONValue?) -> [(repository: String, ref: String)] {
        guard case .array(let elements)? = list else { return [] }
        return elements.prefix(dependencyLimit).compactMap { $0["uri"]?.text.flatMap(split) }
    }

    /// Repository and ref of `git+https://HOST/OWNER/NAME@refs/tags/TAG`.
    private static func split(_ uri: String) -> (repository: String, ref: String)? {
        guard let at = uri.lastIndex(of: "@") else { return nil }
        return (String(uri[..<at]), String(uri[uri.index(after: at)...]))
    }
}

extension JSONValue {
    fileprivate subscript(name: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    fileprivate var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}
