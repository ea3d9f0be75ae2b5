import BundleFormat
import StrictJSON
import Trust
import VendorProof

/// What came of everything that was to prove one thing: one good signature is enough, and all of it is told.
struct SignatureJudgement: Sendable {
    struct Verdict: Sendable {
        let name: String
        let result: Result<VerifiedSignature, EvidenceFault>
    }

    /// What was verified, as messages call it.
    let object: String
    let verdicts: [Verdict]

    /// - Parameter check: what a good signature has to be besides: of a statement of some type, say.
    init(
        _ object: String, _ found: [FoundEvidence], over artifact: Artifact, by demand: SignerDemand,
        _ check: (VerifiedSignature) throws(EvidenceFault) -> Void
    ) {
        self.object = object
        verdicts = found.map { found in
            do throws(EvidenceFault) {
                let verified = try demand.verify(try found.reading.get(), over: artifact)
                try check(verified)
                return Verdict(name: found.name, result: .success(verified))
            } catch {
                return Verdict(name: found.name, result: .failure(error))
            }
        }
    }

    var good: [(name: String, signature: VerifiedSignature)] {
        verdicts.compactMap { verdict in (try? verdict.result.get()).map { (verdict.name, $0) } }
    }

    private var faults: [(name: String, fault: EvidenceFault)] {
        verdicts.compactMap { verdict in
            if case .failure(let fault) = verdict.result { (verdict.name, fault) } else { nil }
        }
    }

    /// Refuses where nothing holds; what does not hold comes before what only cannot be verified.
    func requireOne(absence: String) throws {
        guard good.isEmpty else { return }
        let found = faults.map(\.fault)
        let sorted = found.filter { $0.state == .invalid } + found.filter { $0.state != .invalid }
        let absent = Finding(.trust, "vendor.absent", at: .signature, "\(object): \(absence)")
        throw Refusal(sorted.map { Finding($0, of: object) }) ?? Refusal(absent)
    }

    /// What did not hold beside what did, for people who should look at it.
    var warnings: [String] {
        faults.map { "\(Finding($0.fault, of: $0.name).message) [\($0.fault.reason.rawValue)]" }
    }

    var json: JSONValue {
        .array(
            verdicts.map { verdict in
                var object: JSONObject = ["name": .string(verdict.name)]
                switch verdict.result {
                case .success(let signature):
                    object["verdict"] = "verified"
                    for member in SignatureReport(signature).json.members {
                        object[member.name] = member.value
                    }
                case .failure(let fault):
                    object["verdict"] = fault.state == .invalid ? "invalid" : "unverifiable-offline"
                    object["reason"] = .string(fault.reason.rawValue)
                    object["message"] = .string(fault.text)
                }
                return .object(object)
            })
    }
}
