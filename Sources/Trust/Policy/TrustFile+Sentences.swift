extension TrustFile {
    /// What the document accepts, in sentences for its owner.
    package func sentences(now: Timestamp) -> [String] {
        signerSentences + policySentences + waivers.map { $0.sentence(now: now) }
    }

    private var signerSentences: [String] {
        guard let bundleSigners else {
            return [
                "No bundle is accepted by this file: it has no bundle-signers. Keys are then given with --key."
            ]
        }
        let count = bundleSigners.threshold == 1 ? "one" : "\(bundleSigners.threshold)"
        let revoked = bundleSigners.revoked.map {
            "The key \($0) is revoked: its signature on a bundle never counts."
        }
        return ["A bundle is accepted when \(count) of these signed it:"] + list(bundleSigners.anyOf)
            + revoked
    }

    private var policySentences: [String] {
        guard !policies.isEmpty else {
            return [
                "Nothing is asked of the vendor: the file has no policies, so only --no-vendor-proof goes on."
            ]
        }
        return policies.flatMap { policy in
            let objects = policy.match.map { "\($0.kind) \($0.name)" }.joined(separator: ", ")
            let missing =
                policy.onMissing == .stop
                ? "Without one, export and import stop."
                : "Without one, export and import warn and go on; a bad one stops them."
            return ["For \(objects): a good signature of one of these is needed. \(missing)"]
                + list(policy.anyOf)
        } + [
            "The first policy that matches a thing holds for it. An image of the release that none matches is refused, and "
                + "so is the chart where any speaks of charts; anything else that none matches is shown and not required.",
            onExpiredException == .stop
                ? "A vulnerability exception of the release that has expired stops export, verify and import."
                : "A vulnerability exception of the release that has expired is a warning.",
        ]
    }

    private func list(_ signers: [AcceptedSigner]) -> [String] { signers.map { "  - " + sentence($0) } }

    private func sentence(_ signer: AcceptedSigner) -> String {
        switch signer {
        case .key(let name):
            guard let key = key(named: name) else { return "the key \(name)" }
            return "the key \(name) (\(key.file))" + (key.validFrom.map { ", from \($0)" } ?? "")
                + (key.validTo.map { ", up to and with \($0)" } ?? "")
                + (key.needsLogEntry ? ", with an entry in a transparency log" : "")
        case .identity(let pin):
            let claims = pin.claims.sorted { $0.key.memberName < $1.key.memberName }.map {
                ", \($0.key.memberName) \($0.value.described)"
            }
            let placeholders = pin.placeholders.map { "; \($0.meaning)" }.joined()
            return
                "a certificate of the root \(pin.root) for \(pin.subject.described), vouched for by "
                + pin.issuer.described + claims.joined() + placeholders
        }
    }
}

extension Waiver {
    fileprivate func sentence(now: Timestamp) -> String {
        isOver(at: now)
            ? "\(object) was allowed to go without proof before \(until), which is over."
            : "\(object) may go without proof before \(until), never with a bad one: \(reason)"
    }
}
