/// Why a regular expression of a trust file is not taken.
package enum PatternError: Error, Hashable, Sendable {
    /// Something that RE2 or another engine knows and this one does not, by its name.
    case unsupported(String, offset: Int)
    case syntax(expected: String, offset: Int)
    case tooLarge(String)
}

extension PatternError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupported(let what, let offset): "\(what) at character \(offset + 1) is not supported"
        case .syntax(let expected, let offset): "expected \(expected) at character \(offset + 1)"
        case .tooLarge(let what): what
        }
    }
}
