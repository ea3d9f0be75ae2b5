import Glibc
import OCI
import StrictJSON

/// Asks the credential helpers that a document names; each once for each registry, however many tasks wait.
///
/// docker-credential-helpers, "Development": `docker-credential-NAME get` reads the server's address from standard
/// input and answers with `ServerURL`, `Username` and `Secret`.
package actor CredentialHelpers {
    private let environment: [String: String]
    private let timeLimit: Duration
    private var answers: [Question: Task<Credential?, any Error>] = [:]

    /// What is passed on to a helper, where it is set: enough for the keyrings and password stores of a user, and no
    /// secret of another program.
    private static let passedOn = [
        "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
        "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR",
    ]

    private struct Question: Hashable {
        let helper: String
        let server: String
    }

    /// Why a helper gave nothing that can be used.
    struct Fault: Error, Hashable {
        let text: String
    }

    /// - Parameter environment: the caller's own; helpers are found through its `PATH`.
    package init(environment: [String: String], timeLimit: Duration = .seconds(30)) {
        self.environment = environment
        self.timeLimit = timeLimit
    }

    /// The credential that a helper keeps for a server, or nothing if it has none.
    ///
    /// - Parameter isFresh: whether the helper is asked again, because what it gave before is refused by now: the
    ///   passwords of some clouds live for hours only.
    func credential(of helper: String, for server: String, isFresh: Bool = false) async throws -> Credential?
    {
        let question = Question(helper: helper, server: server)
        if isFresh { answers[question] = nil }
        if let known = answers[question] { return try await known.value }
        let (environment, timeLimit) = (environment, timeLimit)
        let asking = Task {
            try await Self.ask(helper, for: server, environment: environment, timeLimit: timeLimit)
        }
        answers[question] = asking
        return try await withTaskCancellationHandler {
            try await asking.value
        } onCancel: {
            asking.cancel()
        }
    }

    private static func ask(
        _ helper: String, for server: String, environment: [String: String], timeLimit: Duration,
    ) async throws -> Credential? {
        guard isName(helper) else {
            throw Fault(text: "its name holds other characters than a-z, 0-9, _ and -")
        }
        // A relative entry means a program of whatever folder this happens to be run in.
        let path = (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        let file = "docker-credential-" + helper
        guard let program = path.lazy.map({ "\($0)/\(file)" }).first(where: isProgram) else {
            throw Fault(text: "\(file) is in no folder of PATH")
        }
        var passed = environment.filter { passedOn.contains($0.key) }
        passed["PATH"] = path.joined(separator: ":")
        let run = HelperProgram(
            path: program, arguments: ["get"], environment: passed, timeLimit: timeLimit)
        do {
            return try credential(in: try await run.run(input: Array(server.utf8)))
        } catch let fault as HelperProgram.Fault {
            switch fault {
            case .notStarted(let code): throw Fault(text: "\(program) does not start: error \(code)")
            case .tooLong: throw Fault(text: "gave no answer within \(timeLimit.components.seconds) seconds")
            case .tooMuch:
                throw Fault(text: "answered with more than \(HelperProgram.maximumOutput) bytes")
            }
        }
    }

    private static func credential(in outcome: HelperProgram.Outcome) throws(Fault) -> Credential? {
        let text = String(decoding: outcome.output, as: UTF8.self)
        guard outcome.status == 0 else {
            if text.contains("credentials not found") { return nil }
            let status = outcome.status.map { "ended with status \($0)" } ?? "was ended by a signal"
            // Braces begin what may hold a secret after all.
            let said = text.prefix { $0 != "{" && !$0.isNewline }
            throw Fault(text: said.isEmpty ? status : "\(status): \(escaped(said, limit: 200))")
        }
        do {
            let root = try StrictJSON.parseObject(
                outcome.output, name: "answer", limits: JSONLimits(bytes: HelperProgram.maximumOutput))
            let secret = try root.member("Secret").string()
            let user = try root.member("Username").string()
            guard !secret.isEmpty else { return nil }
            return user == "<token>"
                ? Credential(identityToken: secret) : Credential(user: user, password: secret)
        } catch {
            throw Fault(text: "its answer cannot be read: \(error.reason)")
        }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f || $0 == 0x2d
            }
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
