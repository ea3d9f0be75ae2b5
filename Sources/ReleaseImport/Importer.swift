package import BundleFormat
import OCI
import Registry
import Synchronization

/// Puts a verified bundle into a target: blobs, manifests children first, referrers, read-back, and tags last.
///
/// Killed at any point, a second run completes it, and no tag ever names something incomplete.
package struct Importer<Target: Destination>: Sendable {
    private let target: Target
    private let bundle: VerifiedBundle
    private let width: Int
    private let events: TransferEvents

    package init(_ target: Target, bundle: VerifiedBundle, width: Int, events: TransferEvents) {
        self.target = target
        self.bundle = bundle
        self.width = width
        self.events = events
    }

    package func carryOut(_ plan: ImportPlan) async throws -> ImportReport {
        var report = ImportReport()
        report.wasDone = plan.isDone
        let left = plan.leftAlone + (plan.isDone ? [] : try await put(plan, &report))
        let touched = Set(plan.work.map(\.repository.name))
        report.tags = try await boundedMap(plan.repositories, width: width) { repository in
            touched.contains(repository.name)
                ? try await readTags(repository, except: left) : asked(repository, except: left)
        }.flatMap(\.self)
        report.leftAlone = left.map {
            ImportReport.TagResult(repository: $0.repository, tag: $0.tag, digest: $0.found)
        }
        return report
    }

    private func put(_ plan: ImportPlan, _ report: inout ImportReport) async throws -> [ImportPlan.LeftAlone]
    {
        events.yield(.phase("uploading", bytes: plan.uploadBytes))
        for outcome in try await upload(plan) {
            report.uploaded += outcome.uploaded
            report.mounted += outcome.mounted
            report.uploadedBytes += outcome.bytes
        }
        events.yield(.phase("putting manifests", bytes: nil))
        let merged = try await boundedMap(plan.work, width: width) { try await putDocuments($0.repository) }
        _ = try await boundedMap(plan.work, width: width) { try await checkRoots($0) }
        try bundle.checkUnchanged()
        events.yield(.phase("tagging", bytes: nil))
        let left = try await boundedMap(plan.work, width: width) { try await putTags($0) }.flatMap(\.self)
        for (work, subjects) in zip(plan.work, merged) {
            // Somebody who read a list before ours was written has by now written his over it.
            try await list(subjects, of: work.repository)
        }
        try await target.commit()
        report.manifests = plan.manifests
        report.tagged = plan.tags - left.count
        return left
    }

    private struct Outcome: Sendable {
        var uploaded = 0
        var mounted = 0
        var bytes: Int64 = 0
    }

    /// Opens every repository that lacks a blob, and then uploads.
    private func upload(_ plan: ImportPlan) async throws -> [Outcome] {
        let target = target
        let outcomes: [Outcome]
        do {
            let receivers = Set(plan.transfers.flatMap(\.lackedBy)).sorted()
            _ = try await target.asking(receivers, about: \.self, width: width) { try await target.open($0) }
            outcomes = try await boundedMap(plan.transfers, width: width, push)
        } catch {
            await target.closeUnused()
            throw error
        }
        await target.closeUnused()
        return outcomes
    }

    private func push(_ transfer: ImportPlan.Transfer) async throws -> Outcome {
        var outcome = Outcome()
        var holder = transfer.heldBy
        let body = try bundle.body(of: transfer.digest)
        for repository in transfer.lackedBy {
            let (events, unplanned) = (events, Once(isOver: holder == nil))
            switch try await target.push(
                transfer.digest, body, to: repository, from: holder,
                onBytes: { count in
                    // Where a registry mounts nothing, a blob is sent for each of its repositories.
                    if unplanned.begins() { events.yield(.added(transfer.size)) }
                    events.yield(.moved(count))
                })
            {
            case .uploaded:
                outcome.uploaded += 1
                outcome.bytes += transfer.size
                // Who was to lend it did not.
                holder = repository
            case .mounted: outcome.mounted += 1
            case .present: break
            }
            holder = holder ?? repository
        }
        return outcome
    }

    /// - Returns: the subjects whose lists of referrers were written here.
    private func putDocuments(_ repository: RepositoryImport) async throws -> [Digest] {
        for document in repository.documents { try await put(document, of: repository) }
        return try await list(repository.referrers.keys.sorted(), of: repository)
    }

    @discardableResult
    private func list(_ subjects: [Digest], of repository: RepositoryImport) async throws -> [Digest] {
        var merged: [Digest] = []
        for subject in subjects {
            let referrers = repository.referrers[subject] ?? []
            let outcome = try await target.list(referrers, of: subject, in: repository.name)
            let place = "\(target.name(of: repository.name)): \(Tag(referrersOf: subject))"
            switch outcome {
            case .indexed, .present: break
            case .merged: merged.append(subject)
            case .foreign:
                events.yield(
                    .warning(
                        reason: "referrers.foreign",
                        "\(place): holds no list that can be added to; left as it is"))
            case .immutable:
                events.yield(
                    .warning(
                        reason: "referrers.immutable",
                        "\(place): the registry does not let the list be changed"))
            }
        }
        return merged
    }

    /// Puts a document; where the target then misses a part of it that it said to have, brings the part and puts it once more.
    private func put(_ document: Descriptor, of repository: RepositoryImport) async throws {
        let bytes = try bundle.bytes(of: document.digest)
        do {
            try await target.put(bytes, document, in: repository.name)
        } catch let error as RegistryError {
            let missed = Set(error.unknownParts)
            let parts = repository.blobs.map(\.digest).filter(missed.contains)
            guard !parts.isEmpty else { throw error }
            for digest in parts {
                _ = try await target.push(
                    digest, try bundle.body(of: digest), to: repository.name, from: nil, onBytes: { _ in })
            }
            try await target.put(bytes, document, in: repository.name)
        }
    }

    /// Reads back by digest what a tag is about to name.
    private func checkRoots(_ work: ImportPlan.Work) async throws {
        for digest in Set(work.tags.map(\.descriptor.digest)).sorted() {
            let found = try await target.readBack(.digest(digest), in: work.repository.name, isNew: true)
            guard found == digest else {
                throw Self.readBack(
                    target.name(of: work.repository.name) + "@\(digest)", expected: digest, found)
            }
        }
    }

    /// Puts the tags that are still missing, and gives back those that somebody else has put meanwhile: uploading may
    /// take hours, and a tag is never moved.
    private func putTags(_ work: ImportPlan.Work) async throws -> [ImportPlan.LeftAlone] {
        let repository = work.repository.name
        var left: [ImportPlan.LeftAlone] = []
        for planned in work.tags {
            let found = try await target.digest(of: planned.tag, in: repository, isExpected: false)
            if let found, found != planned.descriptor.digest {
                guard planned.isSignature else {
                    throw planned.conflict(with: found, at: target.name(of: repository))
                }
                left.append(ImportPlan.LeftAlone(repository: repository, tag: planned.tag, found: found))
            } else if found == nil {
                let bytes = try bundle.bytes(of: planned.descriptor.digest)
                try await target.put(tag: planned.tag, bytes, planned.descriptor, in: repository)
            }
        }
        return left
    }

    /// The tags of a repository that held everything: the preflight has asked for each of them, and nobody here has
    /// touched them since, so none is asked for again.
    private func asked(_ repository: RepositoryImport, except left: [ImportPlan.LeftAlone])
        -> [ImportReport.TagResult]
    {
        Self.own(repository, except: left).map {
            ImportReport.TagResult(repository: repository.name, tag: $0.tag, digest: $0.descriptor.digest)
        }
    }

    private static func own(_ repository: RepositoryImport, except left: [ImportPlan.LeftAlone])
        -> [RepositoryImport.PlannedTag]
    {
        repository.tags.filter { planned in
            !left.contains { $0.repository == repository.name && $0.tag == planned.tag }
        }
    }

    /// What every tag of a repository that was put into names now, by the bytes that come.
    private func readTags(
        _ repository: RepositoryImport, except left: [ImportPlan.LeftAlone],
    ) async throws -> [ImportReport.TagResult] {
        var results: [ImportReport.TagResult] = []
        for planned in Self.own(repository, except: left) {
            let found = try await target.readBack(.tag(planned.tag), in: repository.name, isNew: true)
            guard let found, found == planned.descriptor.digest else {
                throw Self.readBack(
                    "\(target.name(of: repository.name)):\(planned.tag)", expected: planned.descriptor.digest,
                    found)
            }
            results.append(
                ImportReport.TagResult(repository: repository.name, tag: planned.tag, digest: found))
        }
        return results
    }

    private static func readBack(_ name: String, expected: Digest, _ found: Digest?) -> Finding {
        Finding(
            .registry, "push.readback", at: .target,
            "\(name): expected \(expected) when read back, found \(found?.description ?? "nothing")")
    }
}

/// Something that happens once, whoever comes first.
private final class Once: Sendable {
    private let isOver: Atomic<Bool>

    init(isOver: Bool) {
        self.isOver = Atomic(isOver)
    }

    func begins() -> Bool { !isOver.exchange(true, ordering: .relaxed) }
}
