/// What a thing of a release is, as policies tell them apart.
package enum VendorObjectKind: String, Hashable, Sendable, CaseIterable {
    case image, chart, file

    /// The member of `match` that names such things.
    var plural: String { rawValue + "s" }
}

/// Who has to have signed some of a release's objects.
package struct VendorPolicy: Hashable, Sendable {
    package struct Match: Hashable, Sendable {
        package let kind: VendorObjectKind
        package let name: NamePattern

        package init(_ kind: VendorObjectKind, _ name: NamePattern) {
            self.kind = kind
            self.name = name
        }
    }

    /// What happens where no good signature is there, and no bad one either.
    package enum OnMissing: String, Hashable, Sendable {
        case stop, warn
    }

    package let match: [Match]
    package let anyOf: [AcceptedSigner]
    package let onMissing: OnMissing

    package init(match: [Match], anyOf: [AcceptedSigner], onMissing: OnMissing = .stop) {
        self.match = match
        self.anyOf = anyOf
        self.onMissing = onMissing
    }

    package func matches(_ kind: VendorObjectKind, _ name: String) -> Bool {
        match.contains { $0.kind == kind && $0.name.matches(name) }
    }

    /// Whether it calls the object by its own name and not by a pattern.
    package func names(_ kind: VendorObjectKind, _ name: String) -> Bool {
        match.contains { $0.kind == kind && $0.name.isOneName && $0.name.matches(name) }
    }

    package func speaks(of kind: VendorObjectKind) -> Bool {
        match.contains { $0.kind == kind }
    }
}

/// Leave to go without proof of something, for a while.
package struct Waiver: Hashable, Sendable {
    package let object: NamePattern
    package let reason: String
    /// The first moment at which it no longer counts.
    package let until: Timestamp

    package init(object: NamePattern, reason: String, until: Timestamp) {
        self.object = object
        self.reason = reason
        self.until = until
    }

    package func isOver(at now: Timestamp) -> Bool { now >= until }
}
