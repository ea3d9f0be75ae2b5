package import OCI

/// Where credentials are looked up: one that was given, or else documents in the order in which they are asked.
package struct CredentialStore: Sendable {
    private let explicit: Credential?
    private let documents: [CredentialDocument]

    package static let anonymous = CredentialStore()

    /// - Parameter explicit: the user's own words; it is for every registry that this store is asked about.
    package init(explicit: Credential? = nil, documents: [CredentialDocument] = []) {
        self.explicit = explicit
        self.documents = documents
    }

    /// A credential and where it was found, which may be shown.
    package struct Match: Hashable, Sendable {
        package let credential: Credential
        package let document: String?
        package let key: String?
    }

    /// Refuses (`auth.helper`) where the only entry is in a credential helper: going on without it would end in a
    /// denial that explains nothing.
    package func match(for host: RegistryHost, repository: RepositoryName?) throws(RegistryError) -> Match? {
        if let explicit { return Match(credential: explicit, document: nil, key: nil) }
        var helper: (document: String, name: String)?
        for document in documents {
            switch try document.finding(for: host, repository: repository) {
            case .credential(let credential, let key):
                return Match(credential: credential, document: document.name, key: key)
            case .helper(let name): helper = helper ?? (document.name, name)
            case .nothing: continue
            }
        }
        if let helper {
            throw .helper(host: host.description, document: helper.document, helper: helper.name)
        }
        return nil
    }
}
