import BundleFormat
import Foundation
import Servers
import Testing

/// Under any schedule of faults, an export or import succeeds with exactly the right content or fails with nothing wrong left
/// behind; and a run without faults then always succeeds.
@Suite struct FaultScheduleTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// The first seed of a repetition, which need not meet everything.
    private static let first = environment["CGBUNDLE_FIRST_SEED"].flatMap { UInt64($0) }

    /// How many seeds; `scripts/soak` asks for more.
    private static var seeds: Range<UInt64> {
        let first = first ?? 1
        return first..<first + (environment["CGBUNDLE_SEEDS"].flatMap { UInt64($0) } ?? 50)
    }

    @Test func `whatever goes wrong, nothing wrong is left and the next run completes it`() async throws {
        let outcomes = try await withTaskExecutorPreference(OwnThreads()) {
            let release = try await TinyRelease()
            let reference = try await Reference(release)
            return try await boundedMap(Array(Self.seeds), width: 2) { seed in
                let alarm = Self.alarm(for: seed)
                defer { alarm.cancel() }
                return try await FaultyRun(seed: seed).run(release, reference)
            }
        }
        for fault in outcomes.flatMap(\.faults) { Issue.record("\(fault)") }
        let ends = outcomes.filter(\.succeeded).count
        var table = "\(outcomes.count) runs, of which \(ends) succeeded in spite of their faults\n"
        table += "kind of fault             fired    in runs  that succeeded  that failed\n"
        for kind in Fault.Kind.allCases {
            let runs = outcomes.filter { $0.firings[kind] != nil }
            let fired = runs.reduce(0) { $0 + ($1.firings[kind] ?? 0) }
            let good = runs.filter(\.succeeded).count
            table += kind.rawValue.padding(toLength: 24, withPad: " ", startingAt: 0)
            table +=
                [fired, runs.count, good, runs.count - good].map { String(format: "%9d", $0) }.joined() + "\n"
            #expect(fired > 0 || Self.first != nil, "\(kind.rawValue) was never done")
        }
        print(table)
        #expect(ends > 0 && ends < outcomes.count || Self.first != nil)
    }

    /// Ends the process where a run stands still, which no task could tell if all threads of tasks do.
    private static func alarm(for seed: UInt64) -> DispatchWorkItem {
        let alarm = DispatchWorkItem { fatalError("seed \(seed) has not ended for ten minutes") }
        DispatchQueue.global().asyncAfter(deadline: .now() + 600, execute: alarm)
        return alarm
    }
}
