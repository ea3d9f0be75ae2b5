import ArgumentParser

/// How many of one kind of proof a certificate needs: `tlog=2`.
package struct RequiredCount: ExpressibleByArgument, Hashable, Sendable {
    enum Kind: String, CaseIterable {
        case tlog, sct, time
    }

    let kind: Kind
    let count: Int

    package init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), parts[1].utf8.count <= 2,
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(parts[1])
        else { return nil }
        self.kind = kind
        self.count = count
    }
}
