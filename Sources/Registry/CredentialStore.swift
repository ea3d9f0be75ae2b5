package import OCI

/// Where credentials are looked up: one that was given, or else documents in the order in which they are asked.
package struct CredentialStore: Sendable {
    private let explicit: Credential?
    private let documents: [CredentialDocument]
    private let helpers: CredentialHelpers?

    package static let anonymous = CredentialStore()

    /// - Parameters:
    ///   - explicit: the user's own words; it is for every registry that this store is asked about.
    ///   - helpers: runs the helpers that documents name. Without it a document that names one for a registry is
    ///     refused, since going on would end in a denial that explains nothing.
    package init(
        explicit: Credential? = nil, documents: [CredentialDocument] = [], helpers: CredentialHelpers? = nil,
    ) {
        self.explicit = explicit
        self.documents = documents
        self.helpers = helpers
    }

    /// The names of the documents, in the order in which they are asked.
    package var names: [String] { documents.map(\.name) }

    /// A credential and where it was found, which may be shown.
    package struct Match: Hashable, Sendable {
        package let credential: Credential
        /// Nothing where the user gave it.
        package let document: String?
        /// The entry of the document.
        package let key: String?
        /// The helper that the document names and that gave it.
        package let helper: String?

        fileprivate init(
            _ credential: Credential, document: String? = nil, key: String? = nil, helper: String? = nil,
        ) {
            self.credential = credential
            self.document = document
            self.key = key
            self.helper = helper
        }
    }

    /// The credential for a repository at `host`, or for the host itself. A helper that has none for it is passed
    /// over; one that cannot be asked is refused (`auth.helper`).
    ///
    /// - Parameter isFresh: whether helpers are asked again that have been asked before.
    package func match(for host: RegistryHost, repository: RepositoryName?, isFresh: Bool = false)
        async throws
        -> Match?
    {
        if let explicit { return Match(explicit) }
        for document in documents {
            for finding in try document.findings(for: host, repository: repository) {
                switch finding {
                case .credential(let credential, let key):
                    return Match(credential, document: document.name, key: key)
                case .helper(let helper, let server):
                    if let credential = try await ask(helper, for: server, of: document, host, isFresh) {
                        return Match(credential, document: document.name, helper: helper)
                    }
                }
            }
        }
        return nil
    }

    private func ask(
        _ helper: String, for server: String, of document: CredentialDocument, _ host: RegistryHost,
        _ isFresh: Bool,
    ) async throws -> Credential? {
        do {
            if let distrust = document.distrust { throw CredentialHelpers.Fault(text: distrust) }
            guard let helpers else { throw CredentialHelpers.Fault(text: "no helpers are run here") }
            return try await helpers.credential(of: helper, for: server, isFresh: isFresh)
        } catch let fault as CredentialHelpers.Fault {
            throw RegistryError.helper(
                host: host.description, document: document.name, helper: helper, fault: fault.text)
        }
    }
}

extension CredentialStore.Match: CustomStringConvertible {
    /// `user mira with a password, from …`.
    package var description: String {
        let origin =
            switch (document, helper, key) {
            case (let document?, let helper?, _):
                "from docker-credential-\(escaped(helper)), named in \(escaped(document))"
            case (let document?, _, let key?): "from \(escaped(document)), entry \"\(escaped(key))\""
            default: "from the command line"
            }
        return "\(credential), \(origin)"
    }

    var sender: Exchange.Sender { .holder(description) }

    /// What goes with a request by the scheme Basic, where there is a password.
    var basic: Authorizer.Authorization? {
        credential.basic.map { Authorizer.Authorization(value: $0, sender: sender) }
    }
}
