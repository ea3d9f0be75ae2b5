import StrictJSON
import Trust
import VendorProof

/// A signature that holds, told: by whom, when, by which evidence and after which checks.
struct SignatureReport {
    private let signature: VerifiedSignature

    init(_ signature: VerifiedSignature) {
        self.signature = signature
    }

    /// - Parameter name: where the signature was found.
    func lines(foundIn name: String) -> [String] {
        signer + times + ["  found in   \(name), \(signature.format.rawValue)" + entries]
            + names + statement + ["  checked    " + signature.checks.map(\.rawValue).joined(separator: ", ")]
    }

    private var signer: [String] {
        switch signature.signer {
        case .key(let name, let id): ["  signed by  the key \(name) (\(id))"]
        case .identity(let identity, let root):
            [
                "  signed by  \(identity.subject)",
                "  vouched    by \(identity.issuer), with a certificate of \(root)",
            ] + (identity[.sourceRepository].map { ["  source     \($0)" + reference(of: identity)] } ?? [])
        }
    }

    private func reference(of identity: CertificateIdentity) -> String {
        identity[.sourceRef].map { " at \($0)" } ?? ""
    }

    private var times: [String] {
        signature.times.isEmpty
            ? ["  when       not proven: nothing tells when it was signed"]
            : signature.times.map { "  when       \($0)" }
    }

    private var entries: String {
        signature.logEntries.map { ", entry \($0.logIndex) of \($0.log)" }.joined()
    }

    /// Where the signer found an image; a mirror keeps the signature and not the place.
    private var names: [String] {
        signature.payload?.dockerReference.map { ["  names      \($0)"] } ?? []
    }

    private var statement: [String] {
        guard let statement = signature.statement else { return [] }
        return ["  states     \(statement.predicateType)"]
    }

    var json: JSONObject {
        var object: JSONObject = [
            "format": .string(signature.format.rawValue), "signer": .object(signature.signer.json),
            "times": .array(
                signature.times.map {
                    ["time": .string($0.time.description), "source": .string($0.source.words)]
                }),
            "logEntries": .array(
                signature.logEntries.map { entry in
                    [
                        "log": .string(entry.log), "index": .integer(entry.logIndex),
                        "promise": .bool(entry.hasPromise), "proof": .bool(entry.hasProof),
                    ]
                }),
            "otherLogEntries": .integer(Int64(signature.otherLogEntries)),
            "certificateLogs": .array(signature.ctLogs.map { .string($0) }),
            "checks": .array(signature.checks.map { .string($0.rawValue) }),
        ]
        if let statement = signature.statement {
            object["predicateType"] = .string(statement.predicateType)
            object["subjects"] = .array(statement.subjects.map(\.json))
            if let predicate = statement.predicate { object["predicate"] = predicate }
        }
        if let payload = signature.payload {
            if let reference = payload.dockerReference { object["dockerReference"] = .string(reference) }
            object["annotations"] = .object(payload.optional)
        }
        return object
    }
}

extension ProvenTime.Source {
    fileprivate var words: String {
        switch self {
        case .log(let name): "log \(name)"
        case .timestampAuthority(let name): "timestamp authority \(name)"
        }
    }
}

extension InTotoStatement.Subject {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "digest": .object(
                JSONObject(digests.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        ]
        if let name { object["name"] = .string(name) }
        return .object(object)
    }
}
