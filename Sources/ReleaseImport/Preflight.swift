package import BundleFormat
import OCI
import Registry

/// Asks the target everything that can be asked without writing: whether it lets us in, which tags are there, which
/// blobs are.
///
/// Tags go last in every import, so a repository whose tags all say what they should holds everything that belongs to
/// them, and is asked no further. A tag with another digest is a conflict, found here, before any upload.
package struct Preflight<Target: Destination>: Sendable {
    private let target: Target
    private let width: Int

    package init(_ target: Target, width: Int) {
        self.target = target
        self.width = width
    }

    package func plan(_ bundle: VerifiedBundle, events: TransferEvents) async throws -> ImportPlan {
        events.yield(.phase("asking the target", bytes: nil))
        let repositories = try RepositoryImport.all(of: bundle)
        if let refusal = Refusal(target.refusals(of: repositories.map(\.name))) { throw refusal }
        try await target.prepare()
        let states = try await states(of: repositories)
        if let refusal = Refusal(states.flatMap(\.conflicts)) { throw refusal }
        let open = zip(repositories, states).filter { !$0.1.isDone }
        let held = try await heldBlobs(of: open.map(\.0))
        let done = target.lendsUnasked ? zip(repositories, states).filter(\.1.isDone).map(\.0) : []
        return ImportPlan(
            repositories: repositories,
            work: open.map { ImportPlan.Work(repository: $0.0, tags: $0.1.missing) },
            transfers: transfers(open.map(\.0), held: held, lentBy: done),
            leftAlone: zip(repositories, states).flatMap { repository, state in
                state.leftAlone.map {
                    ImportPlan.LeftAlone(repository: repository.name, tag: $0.0, found: $0.1)
                }
            })
    }

    private struct State: Sendable {
        var missing: [RepositoryImport.PlannedTag] = []
        var leftAlone: [(Tag, Digest)] = []
        var conflicts: [Finding] = []
        var isDone = false
    }

    /// What the target has of every repository: tag by tag and not repository by repository, as one may have many more than
    /// another.
    private func states(of repositories: [RepositoryImport]) async throws -> [State] {
        let tags = repositories.flatMap { repository in repository.tags.map { (repository.name, $0.tag) } }
        let found = try await target.asking(tags, about: \.0, width: width) { name, tag in
            try await target.digest(of: tag, in: name, isExpected: true)
        }
        var rest = found[...]
        let asked = repositories.map { repository in
            defer { rest = rest.dropFirst(repository.tags.count) }
            return (repository, Array(rest.prefix(repository.tags.count)))
        }
        return try await concurrently(asked) { repository, found in try await state(of: repository, found) }
    }

    private func state(of repository: RepositoryImport, _ digests: [Digest?]) async throws -> State {
        var state = State()
        for (planned, found) in zip(repository.tags, digests) {
            if found == planned.descriptor.digest { continue }
            guard let found else {
                state.missing.append(planned)
                continue
            }
            if planned.isSignature {
                state.leftAlone.append((planned.tag, found))
            } else {
                state.conflicts.append(
                    planned.conflict(with: found, at: target.name(of: repository.name)))
            }
        }
        if state.missing.isEmpty && state.conflicts.isEmpty {
            state.isDone = try await holdsUntagged(repository, leftAlone: state.leftAlone.map(\.0))
        }
        return state
    }

    /// Whether what no tag of ours names is there too: referrers, which a later revision may have brought, and
    /// signatures whose tag somebody else holds.
    private func holdsUntagged(_ repository: RepositoryImport, leftAlone: [Tag]) async throws -> Bool {
        for planned in repository.tags where leftAlone.contains(planned.tag) {
            let digest = planned.descriptor.digest
            guard try await target.readBack(.digest(digest), in: repository.name, isNew: false) == digest
            else {
                return false
            }
        }
        for (subject, referrers) in repository.referrers {
            let listed = try await target.referrers(of: subject, in: repository.name)
            guard referrers.allSatisfy({ listed.contains($0.digest) }) else { return false }
        }
        return true
    }

    private func heldBlobs(of repositories: [RepositoryImport]) async throws -> [Set<Digest>] {
        let blobs = repositories.enumerated().flatMap { number, repository in
            repository.blobs.map { (number, repository.name, $0) }
        }
        let answers = try await concurrently(blobs) { _, name, blob in
            try await target.holdsBlob(blob.digest, size: blob.size, in: name)
        }
        var held = [Set<Digest>](repeating: [], count: repositories.count)
        for ((number, _, blob), isHeld) in zip(blobs, answers) where isHeld {
            held[number].insert(blob.digest)
        }
        return held
    }

    /// - Parameter done: the repositories that hold everything that is theirs.
    private func transfers(
        _ open: [RepositoryImport], held: [Set<Digest>], lentBy done: [RepositoryImport],
    ) -> [ImportPlan.Transfer] {
        var sizes: [Digest: Int64] = [:]
        var holders: [Digest: RepositoryName] = [:]
        var lacking: [Digest: [RepositoryName]] = [:]
        for repository in done {
            for blob in repository.blobs { holders[blob.digest] = repository.name }
        }
        for (repository, held) in zip(open, held) {
            for blob in repository.blobs {
                sizes[blob.digest] = blob.size
                if held.contains(blob.digest) {
                    holders[blob.digest] = holders[blob.digest] ?? repository.name
                } else {
                    lacking[blob.digest, default: []].append(repository.name)
                }
            }
        }
        return lacking.map { digest, repositories in
            ImportPlan.Transfer(
                digest: digest, size: sizes[digest] ?? 0, heldBy: holders[digest], lackedBy: repositories)
        }.sorted { ($1.size, $0.digest) < ($0.size, $1.digest) }
    }

    /// The results of `body` in the order of `items`, `width` at a time.
    private func concurrently<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Result,
    ) async throws -> [Result] {
        try await boundedMap(items, width: width, body)
    }
}
