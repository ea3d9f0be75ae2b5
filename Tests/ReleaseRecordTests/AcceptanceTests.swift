import BundleFormat
import Foundation
import OCI
import ReleaseSet
import Testing
import Trust

@testable import ReleaseRecord

@Suite struct AcceptanceTests {
    private func statement(
        _ version: String, revision: Int64 = 1, index: String = "one", product: String = "cloudgrid",
        channel: String = "release", created: Int = 0, expires: Int? = nil,
    ) throws -> Statement {
        Statement(
            product: try FileName(product), channel: try FileName(channel),
            version: try ReleaseVersion(version),
            revision: revision, createdAt: Samples.time(created), expires: expires.map { Samples.time($0) },
            index: Statement.Content(of: [UInt8](index.utf8)), release: Statement.Content(of: []),
            entries: [],
            tool: Statement.Tool(name: "cgbundle", version: "1.0.0"))
    }

    private func release(_ version: String, revision: Int64 = 1, index: String = "one", at time: Int = 0)
        throws -> AcceptedRelease
    {
        AcceptedRelease(
            version: try ReleaseVersion(version), revision: revision,
            statementDigest: Samples.digest(version),
            indexDigest: Samples.digest(index), signers: [BundleSigner(try Samples.key(1))],
            time: Samples.time(time),
            target: Samples.target)
    }

    private func options(
        now: Int = 60, rollback: String? = nil, ignoreExpiry: Bool = false, jump: Bool = false,
        reason: String? = nil,
    ) throws -> AcceptanceOptions {
        AcceptanceOptions(
            product: try FileName("cloudgrid"), channel: try FileName("release"), now: Samples.time(now),
            allowRollbackTo: try rollback.map { text throws(ReleaseSetError) in try ReleaseVersion(text) },
            ignoreExpiry: ignoreExpiry, allowMajorJump: jump, reason: reason)
    }

    @Test(arguments: [
        // offered, revision, accepted, revision, what is found
        ("v1.0.0", 1, "v1.0.0", 1, ""),
        ("v1.0.0", 2, "v1.0.0", 1, ""),
        ("v1.0.0", 1, "v1.0.0", 2, "rollback"),
        ("v1.0.1", 1, "v1.0.0", 7, ""),
        ("v1.0.0", 9, "v1.0.1", 1, "rollback"),
        ("v1.0.0-beta", 1, "v1.0.0", 1, "rollback"),
        ("v1.0.0", 1, "v1.0.0-beta", 1, ""),
        ("v1.0.0-rc.1", 1, "v1.0.0-beta.2", 1, ""),
        ("v1.0.0-beta.2", 1, "v1.0.0-beta.11", 1, "rollback"),
        ("v1.0.0-beta.11", 1, "v1.0.0-beta.2", 1, ""),
        ("v1.10.0", 1, "v1.9.0", 1, ""),
        ("v2.0.0", 1, "v1.9.0", 1, "version.jump"),
        ("v18446744073709551615.0.0", 1, "v1.9.0", 1, "version.jump"),
        ("v1.0.0", 1, "v0.9.0", 1, "version.jump"),
        ("v1.9.0", 1, "v2.0.0-rc.1", 1, "rollback"),
    ])
    func `a version is accepted by precedence, then revision`(
        offered: String, revision: Int, accepted: String, acceptedRevision: Int, found: String,
    ) throws {
        let acceptance = Acceptance(
            of: try statement(offered, revision: Int64(revision)),
            after: AcceptedReleases([try release(accepted, revision: Int64(acceptedRevision))]),
            options: try options())
        #expect(acceptance.findings.map(\.reason).joined(separator: " ") == found)
        #expect(acceptance.findings.allSatisfy { $0.fault == .policy && $0.step == .policy })
        #expect(acceptance.warnings.isEmpty)
    }

    @Test func `the first release may have any version`() throws {
        let acceptance = Acceptance(
            of: try statement("v7.0.0", revision: 3), after: AcceptedReleases(), options: try options())
        #expect(acceptance.findings.isEmpty)
    }

    @Test func `a rollback is told with what was accepted, when, and what is offered`() throws {
        let acceptance = Acceptance(
            of: try statement("v1.0.0"), after: AcceptedReleases([try release("v1.2.0", revision: 2)]),
            options: try options())
        let message = try #require(acceptance.findings.first?.message)
        for part in ["v1.0.0-r1", "v1.2.0-r2", "\(Samples.time())"] { #expect(message.contains(part)) }
    }

    @Test(arguments: [
        ("v1.0.0", "a reason", true), ("v1.0.1", "a reason", false), ("v1.0.0", "", false),
    ])
    func `a rollback passes for exactly the version named and with a reason`(
        named: String, reason: String, passes: Bool,
    ) throws {
        let acceptance = Acceptance(
            of: try statement("v1.0.0"), after: AcceptedReleases([try release("v1.2.0")]),
            options: try options(rollback: named, reason: reason))
        #expect(acceptance.findings.map(\.reason) == (passes ? [] : ["rollback"]))
        #expect(
            acceptance.overrides
                == (passes ? [.init(option: "--allow-rollback-to v1.0.0", reason: reason)] : []))
    }

    @Test func `other content under an accepted version and revision is never accepted`() throws {
        // The contradiction is with an earlier release than the highest.
        let accepted = AcceptedReleases([try release("v1.0.0", index: "one"), try release("v1.2.0")])
        let acceptance = Acceptance(
            of: try statement("v1.0.0", index: "two"), after: accepted,
            options: try options(rollback: "v1.0.0", reason: "a reason"))
        #expect(acceptance.findings.map(\.reason) == ["equivocation"])
        let message = try #require(acceptance.findings.first?.message)
        #expect(message.contains(Samples.digest("one").description))
        #expect(message.contains(Samples.digest("two").description))
    }

    @Test func `a major jump passes with its flag`() throws {
        let acceptance = Acceptance(
            of: try statement("v2.0.0"), after: AcceptedReleases([try release("v1.0.0")]),
            options: try options(jump: true))
        #expect(acceptance.findings.isEmpty)
        #expect(acceptance.overrides == [.init(option: "--allow-major-jump", reason: nil)])
    }

    @Test func `a statement for another product and channel is refused with both names`() throws {
        let acceptance = Acceptance(
            of: try statement("v0.1.0", product: "moongrid", channel: "nightly"),
            after: AcceptedReleases([try release("v1.0.0")]), options: try options())
        #expect(acceptance.findings.map(\.reason) == ["product.mismatch", "channel.mismatch"])
        #expect(acceptance.findings[0].message.contains("moongrid, expected cloudgrid"))
        #expect(acceptance.findings[1].message.contains("nightly, expected release"))
    }

    @Test(arguments: [
        // now, created, expires, ignored, findings, warnings
        (60, 0, 61, false, "", ""),
        (60, 0, 60, false, "expired", ""),
        (60, 0, 10, false, "expired", ""),
        (60, 0, 10, true, "", ""),
        (60, 61, nil, false, "", "clock.early"),
        (60, 61, 9999, false, "expired", "clock.early"),
        (60, 61, 9999, true, "", "clock.early"),
        (-90_000, -90_000, nil, false, "", "clock.early"),
        (-90_000, -90_000, 9999, false, "expired", "clock.early"),
        (-86_400, -90_000, 9999, false, "", ""),
    ])
    func `an expired statement is refused, and an early clock proves nothing`(
        now: Int, created: Int, expires: Int?, ignored: Bool, findings: String, warnings: String,
    ) throws {
        let acceptance = Acceptance(
            of: try statement("v1.0.1", created: created, expires: expires),
            after: AcceptedReleases([try release("v1.0.0")]),
            options: try options(now: now, ignoreExpiry: ignored, reason: ignored ? "a reason" : nil))
        #expect(acceptance.findings.map(\.reason).joined() == findings)
        #expect(acceptance.warnings.map(\.reason).joined() == warnings)
        #expect(acceptance.overrides.map(\.option) == (ignored ? ["--ignore-expiry"] : []))
    }

    @Test func `a floor that a revoked key set is told and binds nobody`() throws {
        let accepted = AcceptedReleases([try release("v1.0.0")], revoked: [try release("v9.0.0")])
        let acceptance = Acceptance(of: try statement("v1.0.1"), after: accepted, options: try options())
        #expect(acceptance.findings.isEmpty)
        #expect(acceptance.warnings.map(\.reason) == ["state.revoked"])
    }
}
