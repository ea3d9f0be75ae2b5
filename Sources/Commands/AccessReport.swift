import BundleFormat
import OCI
import Registry
import StrictJSON

/// What a registry lets somebody do, found by trying; no secret is in it.
struct AccessReport {
    private let location: RegistryLocation
    private let credential: CredentialStore.Match?
    private let searched: [String]
    private let authentication: RegistryConnection.Authentication?
    private let trials: [Trial]

    /// One thing that was tried.
    private struct Trial {
        let name: String
        let told: String
        let failure: Failure?
    }

    /// Throws only where no credential can be looked up; what the registry refuses stands in the report.
    init(
        of connection: RegistryConnection, _ location: RegistryLocation, _ options: RegistryOptions,
        asksToPush: Bool,
    ) async throws {
        self.location = location
        searched = options.credentials.names
        credential = try await options.credentials.match(for: location.host, repository: location.prefix)
        var trials: [Trial] = []
        let isKnown = credential != nil
        await trials.append(
            Self.trial("login") {
                guard let closed = try await connection.ping() else {
                    return isKnown ? "accepted" : "nobody in particular is let in"
                }
                // Who is nobody may still get a token for a repository, but never a password.
                guard case .bearer = await connection.authentication else {
                    throw RegistryError.denied(closed)
                }
                return "nobody in particular; a repository may be open to everybody"
            })
        if let repository = location.prefix, trials.allSatisfy({ $0.failure == nil }) {
            await trials.append(
                Self.trial("pull") {
                    try await connection.digest(repository, of: try Tag("latest")) == nil
                        ? "allowed; nothing is tagged latest" : "works"
                })
            if asksToPush {
                await trials.append(
                    Self.trial("push") {
                        switch try await connection.tryUpload(into: repository) {
                        case .cancelled: "works; an upload was begun and cancelled"
                        case .left:
                            "works; an upload was begun, and is left to the registry, which does not let it be cancelled"
                        }
                    })
            }
        }
        self.trials = trials
        authentication = await connection.authentication
    }

    private static func trial(_ name: String, _ body: () async throws -> String) async -> Trial {
        do {
            return Trial(name: name, told: try await body(), failure: nil)
        } catch {
            let failure = Failure(error)
            let told = failure.findings.map { "\($0.message) [\($0.reason)]" }.joined(separator: "; ")
            return Trial(name: name, told: told, failure: failure)
        }
    }

    /// The first thing that did not work.
    var failure: Failure? { trials.lazy.compactMap(\.failure).first }

    var lines: [String] {
        var lines = ["\(location)"]
        lines.append("  credential  " + credentialText)
        lines.append("  asks for    " + authenticationText)
        for trial in trials {
            let gap = String(repeating: " ", count: 12 - trial.name.utf8.count)
            lines.append("  \(trial.name)\(gap)\(trial.failure == nil ? "" : "no: ")\(trial.told)")
        }
        if location.prefix == nil {
            lines.append("  pull, push  not asked; name a repository: auth check \(location.host)/REPOSITORY")
        }
        return lines
    }

    private var credentialText: String {
        guard let credential else {
            return searched.isEmpty
                ? "none, and no file to look in" : "none in " + searched.joined(separator: ", ")
        }
        return credential.description
    }

    private var authenticationText: String {
        switch authentication {
        case nil: "nothing"
        case .basic: "a user name and a password (Basic)"
        case .bearer(let service): "a token (Bearer) of \(service)"
        }
    }

    var json: JSONObject {
        var object: JSONObject = [
            "ok": .bool(failure == nil),
            "registry": .string(location.host.description),
            "repository": location.prefix.map { .string($0.text) } ?? .null,
            "credential": credential.map(Self.json) ?? .null,
            "searched": .array(searched.map { .string($0) }),
        ]
        switch authentication {
        case nil: object["authentication"] = .null
        case .basic: object["authentication"] = ["scheme": "basic"]
        case .bearer(let service):
            object["authentication"] = ["scheme": "bearer", "tokenService": .string(service)]
        }
        for trial in trials {
            var member: JSONObject = ["works": .bool(trial.failure == nil), "told": .string(trial.told)]
            if let finding = trial.failure?.findings.first { member["reason"] = .string(finding.reason) }
            object[trial.name] = .object(member)
        }
        if let failure, let first = failure.findings.first {
            object["status"] = .integer(Int64(failure.status))
            object["class"] = .string(first.fault.name)
            object["reason"] = .string(first.reason)
            object["message"] = .string(first.message)
            object["findings"] = .array(failure.findings.map(\.json))
        }
        return object
    }

    private static func json(_ match: CredentialStore.Match) -> JSONValue {
        [
            "kind": .string("\(match.credential)"),
            "file": match.document.map { .string($0) } ?? .null,
            "entry": match.key.map { .string($0) } ?? .null,
            "helper": match.helper.map { .string($0) } ?? .null,
        ]
    }
}
