import CommandRunner
import Foundation
import Registry
import Servers

/// One export or import that meets the faults of one seed, and then one without faults.
struct FaultyRun: Sendable {
    enum Direction: String, Sendable {
        case export, `import`
    }

    let seed: UInt64
    let direction: Direction
    private let manner: FakeRegistry.Manner
    private let wholeUploadLimit: Int64

    struct Outcome: Sendable {
        let succeeded: Bool
        let firings: [Fault.Kind: Int]
        /// What is wrong, for people; nothing where the property holds.
        let faults: [String]
    }

    init(seed: UInt64) {
        self.seed = seed
        let favourite = FaultSchedule(seed: seed).favourite
        var numbers = SeededNumbers(seed: seed)
        let befallsWrites: [Fault.Kind] = [.cutUpload, .foreignLocation, .full, .typeRefused, .tagImmutable]
        let befallsReads: [Fault.Kind] = [
            .cutDownload, .wrongLength, .wrongType, .wrongBytes, .wrongDigestHeader, .redirectLoop,
        ]
        let isExport = numbers.next() % 2 == 0 && !befallsWrites.contains(favourite)
        direction = isExport || befallsReads.contains(favourite) ? .export : .import
        wholeUploadLimit = [0, 2000, 1 << 20][Int(numbers.next() % 3)]
        var manner = FakeRegistry.Manner()
        manner.hasReferrersAPI = numbers.next() % 2 == 0
        manner.resumesUploads = numbers.next() % 2 == 0
        if numbers.next() % 2 == 0 { manner.location = .relative }
        if favourite == .expiredToken || numbers.next() % 3 == 0 { manner.tokenUses = 200 }
        // A redirect has neither what these two befall.
        let needsAnswer = [.wrongRange, .wrongDigestHeader].contains(favourite)
        if numbers.next() % 2 == 0, !needsAnswer { manner.signatureUses = 1 }
        manner.tagsAreImmutable = numbers.next() % 2 == 0
        manner.countsBrokenBodies = manner.resumesUploads && numbers.next() % 2 == 0
        self.manner = manner
    }

    func run(_ release: TinyRelease, _ reference: Reference) async throws -> Outcome {
        let schedule = FaultSchedule(seed: seed)
        let registry = try FakeRegistry(manner) { schedule.fault(for: $0) }
        let place = try Scratch()
        let output = place.path + "/out.tar"
        if direction == .export { try release.fill(registry, listsReferrers: manner.hasReferrersAPI) }
        func attempt(_ attempts: Int, stall: Duration) async throws {
            switch direction {
            case .export:
                try await release.export(from: registry, to: output) {
                    ($0.maximumAttempts, $0.stallTimeout) = (attempts, stall)
                }
            case .import:
                try await release.importBundle(into: registry) {
                    ($0.maximumAttempts, $0.stallTimeout) = (attempts, stall)
                    $0.wholeUploadLimit = wholeUploadLimit
                }
            }
        }
        var faults: [String] = []
        var failure: String?
        do {
            try await attempt(4, stall: .milliseconds(200))
        } catch {
            failure = "\(error)"
        }
        let state = Reference.State(registry: registry, output: output, direction: direction)
        faults += failure == nil ? reference.differences(from: state) : reference.harm(in: state)
        registry.calm()
        do {
            if direction == .import || failure != nil { try await attempt(6, stall: .seconds(60)) }
            faults += reference.differences(
                from: Reference.State(registry: registry, output: output, direction: direction)
            ).map { "after a run without faults: \($0)" }
        } catch {
            faults.append("a run without faults ended with: \(error)")
        }
        return Outcome(
            succeeded: failure == nil, firings: registry.firings,
            faults: faults.map { "seed \(seed), \(direction.rawValue), \(failure ?? "succeeded"): \($0)" })
    }
}

/// What an export and an import make without faults.
struct Reference: Sendable {
    /// What is there after a run.
    struct State: Sendable {
        let direction: FaultyRun.Direction
        let repositories: [String: FakeRegistry.Repository]
        let brokenTags: [String]
        /// The files beside the output, and its own bytes.
        let files: [String]
        let bytes: Data?

        init(registry: FakeRegistry, output: String, direction: FaultyRun.Direction) {
            self.direction = direction
            repositories = registry.repositories
            brokenTags = registry.brokenTags
            let folder = URL(filePath: output).deletingLastPathComponent().path
            files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            bytes = try? Data(contentsOf: URL(filePath: output))
        }
    }

    /// Not what the product makes of the release, so that nothing can be missing from both.
    private let bundle: Data
    private let imported: State

    init(_ release: TinyRelease) async throws {
        let place = try Scratch()
        let output = place.path + "/out.tar"
        bundle = try TinyRelease.golden
        let target = try FakeRegistry()
        try await release.importBundle(into: target) { _ in }
        imported = State(registry: target, output: output, direction: .import)
        // What was imported is whole if it makes the same bundle again.
        try await release.export(from: target, to: output) { _ in }
        guard try Data(contentsOf: URL(filePath: output)) == bundle else { throw OtherBundle() }
    }

    private struct OtherBundle: Error {}

    /// What of a run that succeeded is not as it must be.
    func differences(from state: State) -> [String] {
        switch state.direction {
        case .export:
            guard state.bytes == bundle else { return ["the bundle has other bytes"] }
            let files = ["out.tar", "out.tar.sigstore.json", "out.tar.statement.json"]
            return state.files == files ? [] : ["beside the bundle: \(state.files)"]
        case .import:
            return imported.repositories.flatMap { name, wanted -> [String] in
                let found = state.repositories[name] ?? FakeRegistry.Repository()
                let tags = wanted.tags.filter { !Self.isList($0.key) && found.tags[$0.key] != $0.value }
                let others = found.tags.filter { !Self.isList($0.key) && wanted.tags[$0.key] == nil }
                var faults = (Array(tags.keys) + Array(others.keys)).map {
                    "\(name):\($0) is not what it must be"
                }
                if !found.blobs.isSuperset(of: wanted.blobs) { faults.append("\(name): lacks blobs") }
                for (digest, manifest) in wanted.manifests
                where !isListed(digest, in: wanted) && found.manifests[digest] != manifest {
                    faults.append("\(name)@\(digest): is missing")
                }
                return faults
            } + state.brokenTags.map { "\($0): is incomplete" }
        }
    }

    /// What a run that failed has left behind and may not.
    func harm(in state: State) -> [String] {
        switch state.direction {
        case .export:
            let allowed = ["out.tar.partial", "out.tar.partial.journal"]
            return state.files.filter { !allowed.contains($0) }.map { "left behind: \($0)" }
        case .import:
            let wrong = state.repositories.flatMap { name, repository in
                repository.tags.filter { tag, digest in
                    !Self.isList(tag) && imported.repositories[name]?.tags[tag] != digest
                }.map { "\(name):\($0.key) names something else" }
            }
            return wrong + state.brokenTags.map { "\($0): is incomplete" }
        }
    }

    /// Whether the tag is the fallback tag of a list of referrers, which only some registries have.
    private static func isList(_ tag: String) -> Bool { tag.hasPrefix("sha256-") && !tag.contains(".") }

    private func isListed(_ digest: String, in repository: FakeRegistry.Repository) -> Bool {
        repository.tags.contains { Self.isList($0.key) && $0.value == digest }
    }
}
