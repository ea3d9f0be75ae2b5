import Foundation
import Servers
import Synchronization
import Testing

/// What people see of a registry that is busy for a while.
@Suite struct PatienceTests {
    /// A target that answers the first requests for tags with 503.
    private func busyTarget(requests: Int = 1) throws -> Target {
        let target = try Target()
        let left = Atomic(requests)
        target.proxy.alter { request, _ in
            guard request.path.contains("/manifests/") else { return nil }
            return left.subtract(1, ordering: .relaxed).oldValue > 0 ? ScriptedServer.Reply(503) : nil
        }
        return target
    }

    @Test func `each wait is a line, and the end tells how often something was asked again`() throws {
        let target = try busyTarget()
        let result = try RunningProgram.cgbundle(target.importing(nil, record: nil, "--dry-run"))
        #expect(result.status == 0, "\(result.errors)")
        let waits = result.errors.split(separator: "\n").filter { $0.contains(": attempt 2 of 8 in 0.") }
        #expect(waits.count == 1)
        #expect(waits.first?.hasPrefix("\(target.proxy.host): HEAD /v2/cloudgrid/") == true)
        #expect(result.errors.contains("asked again once, waiting 0."))
        #expect(result.errors.contains("1 × unavailable"))
    }

    @Test func `programs read the same from the result`() throws {
        struct Outcome: Decodable {
            struct Retries: Decodable {
                let count: Int
                let waitedMilliseconds: Int
                let causes: [String: Int]
            }
            let retries: Retries
        }
        let result = try dryRun("--quiet")
        #expect(result.errors == "")
        let retries = try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8)).retries
        #expect(retries.count == 1)
        #expect(retries.waitedMilliseconds >= 200)
        #expect(retries.causes == ["unavailable": 1])
    }

    @Test func `what may be waited is the user's to say`() throws {
        let refused = try dryRun("--max-attempts", "1", requests: 1000)
        #expect(refused.status == 8)
        #expect(try Refused(refused).reason == "unavailable")
        #expect(try Refused(dryRun("--wait-budget", "0")).reason == "retry.budget")
    }

    private func dryRun(_ options: String..., requests: Int = 1) throws -> ProgramResult {
        let target = try busyTarget(requests: requests)
        let arguments = try target.importing(nil, record: nil, "--dry-run", "--format", "json") + options
        return try withExtendedLifetime(target) { try RunningProgram.cgbundle(arguments) }
    }
}
