/// Something of a trust file that is no fault, and that its owner should know.
package struct TrustNotice: Hashable, Sendable {
    package enum Word: String, Hashable, Sendable {
        case unanchored = "policy.unanchored"
        case unpinned = "policy.unpinned"
        case unused = "policy.unused"
        case expired = "policy.expired"
    }

    package let word: Word
    package let text: String
}

extension TrustFile {
    /// What the document allows more easily, or asks in vain.
    package func notices(now: Timestamp) -> [TrustNotice] {
        unanchored + unpinned + unused
            + waivers.filter { $0.isOver(at: now) }.map {
                TrustNotice(
                    word: .expired,
                    text: "the waiver of \($0.object) has been over since \($0.until): \($0.reason)")
            }
    }

    private var pins: [IdentityPin] {
        let signers = (bundleSigners?.anyOf ?? []) + policies.flatMap(\.anyOf)
        return signers.compactMap { if case .identity(let pin) = $0 { pin } else { nil } }
    }

    private var unanchored: [TrustNotice] {
        var told: Set<TextPattern> = []
        return pins.flatMap { [$0.issuer, $0.subject] }.compactMap { pin in
            guard case .pattern(let pattern) = pin, told.insert(pattern).inserted else { return nil }
            let missing = (pattern.isAnchoredAtStart ? [] : ["^"]) + (pattern.isAnchoredAtEnd ? [] : ["$"])
            guard !missing.isEmpty else { return nil }
            return TrustNotice(
                word: .unanchored,
                text:
                    "the regular expression \(pattern.text) has no \(missing.joined(separator: " and no ")): "
                    + "it matches a text that only contains what it describes")
        }
    }

    private var unpinned: [TrustNotice] {
        let files = roots.filter { $0.pin == nil }.map(\.file) + keys.filter { $0.pin == nil }.map(\.file)
        return files.map {
            TrustNotice(
                word: .unpinned, text: "\($0) is not pinned by its hash: whoever can write it decides")
        }
    }

    private var unused: [TrustNotice] {
        let signers = (bundleSigners?.anyOf ?? []) + policies.flatMap(\.anyOf)
        let used = signers.map { signer in
            switch signer {
            case .key(let name): "key \(name)"
            case .identity(let pin): "root \(pin.root)"
            }
        }
        let known = keys.map { "key \($0.name)" } + roots.map { "root \($0.name)" }
        var notices = known.filter { !used.contains($0) }.map {
            TrustNotice(word: .unused, text: "the \($0) is named by nobody")
        }
        var told: Set<VendorPolicy.Match> = []
        for match in policies.flatMap(\.match) where !told.insert(match).inserted {
            notices.append(
                TrustNotice(
                    word: .unused,
                    text: "the \(match.kind) \(match.name) is matched by an earlier policy, which holds"))
        }
        return notices
    }
}
