package import BundleFormat
package import ReleaseSet
package import Trust

/// What the importing side expects and allows.
package struct AcceptanceOptions: Sendable {
    package let product: FileName
    package let channel: FileName
    package let now: Timestamp
    /// The one version that may be older than what was accepted.
    package let allowRollbackTo: ReleaseVersion?
    package let ignoreExpiry: Bool
    package let allowMajorJump: Bool
    /// Without a reason neither rollback nor expiry is let pass.
    package let reason: String?

    package init(
        product: FileName, channel: FileName, now: Timestamp, allowRollbackTo: ReleaseVersion? = nil,
        ignoreExpiry: Bool = false, allowMajorJump: Bool = false, reason: String? = nil,
    ) {
        self.product = product
        self.channel = channel
        self.now = now
        self.allowRollbackTo = allowRollbackTo
        self.ignoreExpiry = ignoreExpiry
        self.allowMajorJump = allowMajorJump
        self.reason = reason.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Whether a signed statement is what this side accepts now, given what it accepted before.
///
/// THREATS.md, R-20 to R-24.
package struct Acceptance: Hashable, Sendable {
    package private(set) var findings: [Finding] = []
    package private(set) var warnings: [Finding] = []
    /// The allowances without which there would be more findings; they belong into the record.
    package private(set) var overrides: [RecordContents.Override] = []

    package init(of statement: Statement, after accepted: AcceptedReleases, options: AcceptanceOptions) {
        require(statement.product, toBe: options.product, "product")
        require(statement.channel, toBe: options.channel, "channel")
        checkTime(of: statement, after: accepted, options: options)
        // What was accepted is that of the expected product and channel: a statement of another has no place in it.
        guard statement.product == options.product, statement.channel == options.channel else { return }
        warnings += accepted.revoked.map { release in
            Finding(
                .policy, "state.revoked", at: .policy,
                "\(release.version)-r\(release.revision): was accepted at \(release.time), but every key that signed it "
                    + "has been revoked; it binds nobody")
        }
        checkContradiction(by: statement, of: accepted)
        guard let highest = accepted.highest else { return }
        checkRollback(of: statement, below: highest, options: options)
        checkJump(of: statement, above: highest, options: options)
    }

    private mutating func refuse(_ reason: String, _ message: String) {
        findings.append(Finding(.policy, reason, at: .policy, message))
    }

    private mutating func require(_ found: FileName, toBe expected: FileName, _ member: String) {
        guard found != expected else { return }
        refuse("\(member).mismatch", "statement: \(member) is \(found), expected \(expected)")
    }

    private mutating func checkTime(
        of statement: Statement, after accepted: AcceptedReleases, options: AcceptanceOptions,
    ) {
        let now = options.now
        let clockFault: String? =
            if now < statement.createdAt {
                "the statement was made at \(statement.createdAt)"
            } else if let last = accepted.releases.map(\.time).max(), now.seconds < last.seconds - 86_400 {
                "the record's last import was at \(last)"
            } else {
                nil
            }
        if let clockFault {
            warnings.append(
                Finding(
                    .policy, "clock.early", at: .policy,
                    "clock of this machine: says \(now), but \(clockFault)"))
        }
        guard let expires = statement.expires, clockFault != nil || now >= expires else { return }
        if options.ignoreExpiry, options.reason != nil {
            overrides.append(RecordContents.Override(option: "--ignore-expiry", reason: options.reason))
            return
        }
        let doubt = clockFault == nil ? "" : ", and a clock that is early cannot tell whether that is over"
        refuse("expired", "statement: expires at \(expires), the clock says \(now)\(doubt)")
    }

    /// Two bundles of one version and revision mean that somebody is being told something else; nothing allows that.
    private mutating func checkContradiction(by statement: Statement, of accepted: AcceptedReleases) {
        let other = accepted.releases.first {
            $0.version == statement.version && $0.revision == statement.revision
                && $0.indexDigest != statement.index.digest
        }
        guard let other else { return }
        refuse(
            "equivocation",
            "\(statement.versionAndRevision): was accepted at \(other.time) with index \(other.indexDigest), "
                + "offered with index \(statement.index.digest)")
    }

    private mutating func checkRollback(
        of statement: Statement, below highest: AcceptedRelease, options: AcceptanceOptions,
    ) {
        let isOlder =
            statement.version == highest.version
            ? statement.revision < highest.revision : statement.version < highest.version
        guard isOlder else { return }
        if options.allowRollbackTo == statement.version, options.reason != nil {
            overrides.append(
                RecordContents.Override(
                    option: "--allow-rollback-to \(statement.version)", reason: options.reason))
            return
        }
        refuse(
            "rollback",
            "\(statement.versionAndRevision): is older than \(highest.version)-r\(highest.revision), "
                + "which was accepted at \(highest.time)")
    }

    private mutating func checkJump(
        of statement: Statement, above highest: AcceptedRelease, options: AcceptanceOptions,
    ) {
        guard statement.version.major > highest.version.major else { return }
        if options.allowMajorJump {
            overrides.append(RecordContents.Override(option: "--allow-major-jump", reason: options.reason))
            return
        }
        refuse(
            "version.jump",
            "\(statement.versionAndRevision): is another major version than \(highest.version), "
                + "the highest accepted; allow it with --allow-major-jump")
    }
}

extension ReleaseVersion {
    fileprivate var major: UInt64 {
        // The grammar of a version has been checked: `v`, then decimal digits up to the first full stop.
        text.utf8.dropFirst().prefix { $0 != UInt8(ascii: ".") }
            .reduce(0) { $0 &* 10 &+ UInt64($1 &- UInt8(ascii: "0")) }
    }
}
