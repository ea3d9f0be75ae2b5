package import BundleFormat
package import LibCrypto
import OCI
import Registry
import ReleaseSet
import StrictJSON
import Trust

/// Why a command did not do what it was asked, ready to be told: what was found, and the exit status.
package struct Failure: Error {
    package let findings: [Finding]

    package var status: Int32 { findings.first?.fault.status ?? FaultClass.internal.status }

    package init(_ finding: Finding) {
        findings = [finding]
    }

    /// Any error of the floors below, as findings.
    ///
    /// What a registry sent may be quoted in any of them, and may be what it was sent.
    package init(_ error: any Error) {
        findings = Self.findings(for: error).map { $0.saying(KnownSecrets.hidden(in: $0.message)) }
    }

    private static func findings(for error: any Error) -> [Finding] {
        switch error {
        case let failure as Failure: failure.findings
        case let refusal as Refusal: refusal.findings
        case let finding as Finding: [finding]
        case let error as TrustError: [Finding(error)]
        case let error as TrustFileError: [Finding(error)]
        case let error as EvidenceFault: [Finding(error)]
        case let error as ReleaseSetError: [Finding(error)]
        case let error as OCIError: [Finding(error)]
        case let error as RegistryError: [finding(error)]
        case let error as ReferenceError:
            [Finding(.usage, error.reason, at: .target, error.description)]
        case let error as JSONError:
            [Finding(.format, error.reason, at: .graph, error.description)]
        default: [Finding(.internal, "internal", at: .file, "\(error)")]
        }
    }

    private static func finding(_ error: RegistryError) -> Finding {
        let fault: FaultClass =
            switch error.kind {
            case .authentication: .authentication
            case .network: .registry
            case .content: .content
            case .format: .format
            case .policy: .policy
            }
        return Finding(fault, error.reason, at: .target, error.description)
    }
}

extension FaultClass {
    /// The exit status (bundle-spec/reasons.md).
    package var status: Int32 {
        switch self {
        case .internal: 1
        case .usage: 64
        case .trust: 3
        case .format: 4
        case .content: 5
        case .policy: 6
        case .authentication: 7
        case .registry: 8
        case .local: 9
        }
    }

    package var name: String {
        switch self {
        case .internal: "internal"
        case .usage: "usage"
        case .trust: "trust"
        case .format: "format"
        case .content: "content"
        case .policy: "policy"
        case .authentication: "authentication"
        case .registry: "registry"
        case .local: "local"
        }
    }
}

extension Finding {
    /// What is wrong with a key, which carries no name of its own file.
    package init(_ error: KeyError, file: String) {
        let fault: FaultClass =
            switch error.kind {
            case .trust: .trust
            case .usage: .usage
            case .internalFault: .internal
            }
        self.init(fault, error.reason, at: .signature, "\(file): \(error)")
    }
}
