package import StrictJSON

/// One thing that does not belong together in a release, or is not as it should be.
package struct SetFinding: Hashable, Sendable {
    package enum Severity: String, Hashable, Sendable {
        /// Two parts say different things: always refused.
        case contradiction
        /// Something promised is not there: refused unless it is allowed by name.
        case missing
        /// A known irregularity: shown, carried and recorded.
        case warning
    }

    package let severity: Severity
    package let kind: ReleaseSetError.Kind
    /// The stable word for scripts and tests.
    package let reason: String
    /// The file of the release, or the image, that is to blame.
    package let file: String
    /// The place or the thing inside of it.
    package let item: String?
    package let expected: String
    package let found: String
    /// What the operator names to have it accepted although it is missing.
    package let allowName: String?

    package init(
        _ severity: Severity, _ reason: String, kind: ReleaseSetError.Kind = .policy, file: String,
        item: String? = nil, expected: String, found: String, allowName: String? = nil,
    ) {
        self.severity = severity
        self.kind = kind
        self.reason = reason
        self.file = file
        self.item = item
        self.expected = expected
        self.found = found
        self.allowName = allowName
    }

    /// A file that could not be read.
    ///
    /// - Parameter words: those of whoever tried, which may begin with the file's name.
    package init(unreadable file: String, _ reason: String, kind: ReleaseSetError.Kind, in words: String) {
        let start = file + ": "
        self.init(
            .contradiction, reason, kind: kind, file: file, expected: "a file that can be read",
            found: words.hasPrefix(start) ? String(words.dropFirst(start.count)) : words)
    }

    /// A file that could not be read, in the words of whoever tried.
    package init(_ error: ReleaseSetError, file: String) {
        self.init(unreadable: file, error.reason, kind: error.kind, in: error.description)
    }
}

extension SetFinding: CustomStringConvertible {
    package var description: String {
        let place = file + (item.map { ": " + $0 } ?? "")
        let clause = "\(place): expected \(expected), found \(found)"
        guard severity == .missing, let allowName else { return clause }
        return "\(clause); --allow-missing \(allowName) accepts that"
    }
}

extension SetFinding {
    /// With the members that the text gives too.
    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("severity", .string(severity.rawValue)), ("reason", .string(reason)), ("file", .string(file)),
            ("expected", .string(expected)), ("found", .string(found)),
        ]
        if let item { members.append(("item", .string(item))) }
        if let allowName { members.append(("allow", .string(allowName))) }
        return .object(JSONObject(members))
    }
}
