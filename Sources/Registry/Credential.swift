import OCI
import StrictJSON

/// What a user proves a right with at a registry. Neither printing nor reflecting it shows the secret.
package struct Credential: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case password(user: String, String)
        /// Traded at the token service for a token (OAuth2 refresh token).
        case identityToken(String)
        /// Sent to the registry as it is.
        case registryToken(String)
    }

    let kind: Kind

    package init(user: String, password: String) {
        kind = .password(user: user, password)
        KnownSecrets.add(password)
        KnownSecrets.add("\(user):\(password)")
    }

    package init(identityToken: String) {
        kind = .identityToken(identityToken)
        KnownSecrets.add(identityToken)
    }

    package init(registryToken: String) {
        kind = .registryToken(registryToken)
        KnownSecrets.add(registryToken)
    }

    /// The value of an `Authorization` header with the scheme Basic (RFC 7617), where there is a password.
    var basic: String? {
        guard case .password(let user, let password) = kind else { return nil }
        return "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch kind {
        case .password(let user, _): "user \(escaped(user)) with a password"
        case .identityToken: "an identity token"
        case .registryToken: "a registry token"
        }
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Credential.Kind: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "hidden" }
    package var debugDescription: String { "hidden" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
