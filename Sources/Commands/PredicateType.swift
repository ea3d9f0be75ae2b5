import ArgumentParser
import Trust

/// The kind of statement that is asked for, by cosign's short name or by its URI.
package struct PredicateType: ExpressibleByArgument, Hashable, Sendable {
    let text: String
    let accepted: [String]

    static let names = [
        "slsaprovenance", "slsaprovenance02", "slsaprovenance1", "spdx", "spdxjson", "cyclonedx", "openvex",
        "vuln", "link", "custom",
    ]

    /// A word that is neither would never match, so it is refused.
    package init?(argument: String) {
        guard Self.names.contains(argument) || argument.contains("://") else { return nil }
        text = argument
        accepted = InTotoStatement.predicateTypes(named: argument)
    }
}
