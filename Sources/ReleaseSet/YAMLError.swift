/// Why a YAML document is refused.
///
/// Lines count from one, as editors show them.
package enum YAMLError: Error, Hashable, Sendable {
    case tooLarge(found: Int, limit: Int)
    case notUTF8
    case syntax(problem: String, line: Int)
    case secondDocument(line: Int)
    case tooManyDocuments(limit: Int)
    case tooDeep(line: Int, limit: Int)
    case tooManyAliases(line: Int, limit: Int)
    case expansion(line: Int, limit: Int)
    case recursiveAlias(name: String, line: Int)
    case unknownAnchor(name: String, line: Int)
    case foreignTag(tag: String, line: Int)
    case duplicateKey(key: String, line: Int, first: Int)
    case unusableKey(line: Int)
    case unusableMerge(line: Int)
    case outOfMemory

    /// The stable word for this refusal.
    package var reason: String {
        switch self {
        case .tooLarge: "yaml.size"
        case .notUTF8: "yaml.encoding"
        case .syntax: "yaml.syntax"
        case .secondDocument, .tooManyDocuments: "yaml.documents"
        case .tooDeep: "yaml.depth"
        case .tooManyAliases, .expansion, .recursiveAlias: "yaml.expansion"
        case .unknownAnchor: "yaml.anchor"
        case .foreignTag: "yaml.tag"
        case .duplicateKey: "yaml.duplicate"
        case .unusableKey: "yaml.key"
        case .unusableMerge: "yaml.merge"
        case .outOfMemory: "yaml.memory"
        }
    }
}

extension YAMLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let found, let limit):
            "the document has \(found) bytes, more than the \(limit) allowed"
        case .notUTF8:
            "the document is not UTF-8"
        case .syntax(let problem, let line):
            "line \(line): \(problem)"
        case .secondDocument(let line):
            "line \(line): a second document begins; one is allowed"
        case .tooManyDocuments(let limit):
            "the stream has more than \(limit) documents"
        case .tooDeep(let line, let limit):
            "line \(line): nested deeper than \(limit) levels"
        case .tooManyAliases(let line, let limit):
            "line \(line): more than \(limit) aliases"
        case .expansion(let line, let limit):
            "line \(line): the aliases expand to more than \(limit) nodes"
        case .recursiveAlias(let name, let line):
            "line \(line): the alias *\(name) lies inside the node that it names"
        case .unknownAnchor(let name, let line):
            "line \(line): the alias *\(name) names no anchor above it"
        case .foreignTag(let tag, let line):
            "line \(line): the tag \(tag) is not of the core schema"
        case .duplicateKey(let key, let line, let first):
            "line \(line): the key \"\(key)\" was given on line \(first) already"
        case .unusableKey(let line):
            "line \(line): a key is not a plain text of its own"
        case .unusableMerge(let line):
            "line \(line): a merge key stands before something other than mappings"
        case .outOfMemory:
            "no memory left for the YAML parser"
        }
    }
}
