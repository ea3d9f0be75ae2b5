/// The release that a vendor policy is judged for: values of the placeholders in its texts.
package struct JudgedRelease: Hashable, Sendable {
    /// As the release writes it, `v1.0.0`; nothing where it is not known.
    package let version: String?
    /// The commit of the release manifest; nothing where it is not known.
    package let commit: String?

    /// No release, for texts without placeholders.
    package static let none = JudgedRelease(version: nil, commit: nil)

    package init(version: String?, commit: String?) {
        self.version = version
        self.commit = commit
    }

    /// Value of a placeholder; nothing where it is not known or not of the form that the placeholder needs.
    func value(of placeholder: Placeholder) -> String? {
        switch placeholder {
        case .version: version
        case .commit: commit.flatMap { Self.isCommit($0) ? $0 : nil }
        }
    }

    /// Reason why a placeholder has no value.
    func absence(of placeholder: Placeholder) -> String {
        switch placeholder {
        case .version: "the version of the release is not known"
        case .commit:
            commit == nil
                ? "the commit of the release is not known"
                : "the commit of the release is not 40 lowercase hex digits"
        }
    }

    /// Form of a commit: 40 lowercase hex digits, neither abbreviated nor in capitals.
    package static func isCommit(_ text: String) -> Bool {
        text.utf8.count == 40
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}

/// Part of an exact text in a vendor policy that the judged release fills in.
package enum Placeholder: String, CaseIterable, Hashable, Sendable {
    case version = "{version}"
    case commit = "{commit}"

    /// Meaning in one phrase.
    var meaning: String {
        switch self {
        case .version: "\(rawValue) is the version of the release that is judged"
        case .commit: "\(rawValue) is the commit of the release that is judged"
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: " or ") }

    /// Placeholder that these bytes begin with.
    init?(beginning bytes: some Sequence<UInt8>) {
        guard let found = Self.allCases.first(where: { bytes.starts(with: $0.rawValue.utf8) }) else {
            return nil
        }
        self = found
    }
}
