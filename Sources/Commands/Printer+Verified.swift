import BundleFormat
import OCI
import StrictJSON
import Trust

extension Printer {
    /// Something that was verified by itself: what, by whom, when, and what was looked at.
    func verified(
        _ name: String, _ digest: Digest, _ judgement: SignatureJudgement, _ demand: SignerDemand,
        kind: VendorObjectKind, more: JSONObject = [:]
    ) throws {
        judgement.warnings.forEach(warning)
        var object: JSONObject = [
            "ok": true, "kind": .string(kind.rawValue), "name": .string(name),
            "digest": .string(digest.description), "signatures": judgement.json,
            "roots": .array(
                demand.trust.roots.map { root in
                    [
                        "name": .string(root.root.name),
                        "newestStart": root.root.newestStart.map { .string($0.description) } ?? .null,
                    ]
                }),
            "trusted": .array(demand.trust.files.map(\.json)),
            "notAskedFor": .array(demand.ignored.map { .string($0) }),
            "warnings": .array((demand.warnings + judgement.warnings).map { .string($0) }),
        ]
        for member in more.members { object[member.name] = member.value }
        try json(.object(object))
        line("\(name)")
        line("  content    \(digest)")
        for (place, signature) in judgement.good {
            SignatureReport(signature).lines(foundIn: place).forEach { line($0) }
        }
        if !demand.ignored.isEmpty {
            line("  not asked  " + demand.ignored.joined(separator: ", "))
        }
        line("verified: \(name)")
    }
}
