/// Why a packed chart is not read.
package enum ChartArchiveError: Error, Hashable, Sendable {
    /// An entry has a name, or is of a kind, that no chart needs.
    case path(archive: String, entry: String, fault: String)
    case size(archive: String, thing: String, found: Int64, limit: Int64)
    /// The bytes are no whole gzip stream with one tar archive in it; the fault may be in libarchive's words.
    case syntax(archive: String, fault: String)
    case outOfMemory

    /// The stable word for this refusal.
    package var reason: String {
        switch self {
        case .path: "chart.path"
        case .size: "chart.size"
        case .syntax: "chart.syntax"
        case .outOfMemory: "memory"
        }
    }
}

extension ChartArchiveError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .path(let archive, let entry, let fault): "\(archive): entry \"\(entry)\": \(fault)"
        case .size(let archive, let thing, let found, let limit):
            "\(archive): \(thing): found \(found), at most \(limit) allowed"
        case .syntax(let archive, let fault): "\(archive): \(fault)"
        case .outOfMemory: "libarchive: got no memory"
        }
    }
}
