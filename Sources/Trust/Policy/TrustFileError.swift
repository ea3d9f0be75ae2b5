package import LibCrypto
package import StrictJSON

/// Why a trust file is not taken. There is no way to go on with half of one.
package enum TrustFileError: Error, Hashable, Sendable {
    case json(JSONError)
    case version(document: String, found: Int64)
    case key(document: String, file: String, KeyError)
    case rule(Rule, document: String, at: String, text: String)

    /// A rule that the document breaks, by its stable word.
    package enum Rule: String, Hashable, Sendable {
        case unknown = "policy.unknown"
        /// Two things of one name, or a signer that stands twice.
        case duplicate = "policy.duplicate"
        /// One key under two names.
        case duplicateKey = "policy.duplicatekey"
        case threshold = "policy.threshold"
        /// A name of a key or root that is not there.
        case reference = "policy.reference"
        /// Nothing is asked for, where something has to be.
        case empty = "policy.empty"
        case require = "policy.require"
        /// A trusted root that cannot be read.
        case root = "policy.root"
        /// A file is another one than that which was pinned.
        case pin = "policy.pin"
        case match = "policy.match"
        case regexp = "policy.regexp"
        case identity = "policy.identity"
        case time = "policy.time"
        case digest = "policy.digest"
        case onMissing = "policy.onmissing"
    }

    /// The stable word for programs.
    package var reason: String {
        switch self {
        case .json(.shape): "policy.shape"
        case .json(let error): error.reason
        case .version: "policy.version"
        case .key(_, _, let error): error.reason
        case .rule(let rule, _, _, _): rule.rawValue
        }
    }

    /// Whether the document is no JSON as it is read here, and so says nothing yet of trust.
    package var isAboutForm: Bool {
        switch self {
        case .json(.shape), .version, .key, .rule: false
        case .json: true
        }
    }
}

extension TrustFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): error.description
        case .version(let document, let found):
            "\(document): /version: expected \(TrustFile.version), found \(found); another version of the program "
                + "may know it"
        case .key(let document, let file, let error):
            "\(document): \(file): \(error)"
        case .rule(_, let document, let pointer, let text):
            "\(document): \(pointer.isEmpty ? "" : pointer + ": ")\(text)"
        }
    }
}
