import Archive
import OCI
import ReleaseSet

extension VerifiedStatement {
    /// The bundle, after every byte of it was read and checked.
    ///
    /// - Parameter names: what the operator allows to be missing from the release.
    package func verified(
        width: Int, allowing names: Set<String> = [], events: TransferEvents,
    ) async throws -> VerifiedBundle {
        try await VerifiedBundle(reading: self, width: width, allowing: names, events: events)
    }

    /// Every header, every byte and the graph, against the signed statement.
    ///
    /// Everything that is wrong is collected, and the earliest step decides (bundle-spec/bundle-v1.md, section 7).
    /// Nothing is written anywhere and no network is asked.
    func firstReading(width: Int, events: TransferEvents) async throws -> BundleGraph {
        try checkSize()
        events.yield(.phase("checking every byte", bytes: statement.entries.reduce(0) { $0 + $1.size }))
        var findings = try await entryFindings(width: width, events: events)
        findings += try endFindings()
        if findings.isEmpty { findings += try listingFindings() }
        let isReadable = !findings.contains { $0.step < .content }
        guard isReadable, let graph = try graph(&findings) else { throw refusal(findings) }
        findings = findings.map { naming(users: graph, in: $0) }
        guard findings.isEmpty else { throw refusal(findings) }
        return graph
    }

    private func refusal(_ findings: [Finding]) -> any Error {
        Refusal(findings) ?? Finding(.internal, "internal", at: .graph, "the graph could not be read")
    }

    /// Reads the entries in parallel by offset, the largest first.
    private func entryFindings(width: Int, events: TransferEvents) async throws -> [Finding] {
        let layout = layout
        let before = reader.front.signatures.count + 2
        var jobs = layout.placed.enumerated().sorted { $0.element.entry.size > $1.element.entry.size }[...]
        return try await withThrowingTaskGroup(of: [(Int, Finding)].self) { group in
            func start() {
                guard let (number, place) = jobs.popFirst() else { return }
                let check = EntryCheck(file: reader.file, place: place, position: before + number + 1)
                group.addTask {
                    try Task.checkCancellation()
                    return try check.findings(events: events).map { (number, $0) }
                }
            }
            for _ in 0..<width { start() }
            var found: [(Int, Finding)] = []
            while let more = try await group.next() {
                found += more
                start()
            }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func endFindings() throws(Finding) -> [Finding] {
        let size = TarHeader.endOfArchive
        let end = try reader.file.bytes(at: layout.fileSize - Int64(size), count: size)
        guard end.count == size, end.allSatisfy({ $0 == 0 }) else {
            return [
                Finding(
                    .format, "tar.truncated", at: .headers,
                    "\(reader.file.path): does not end in two zero blocks")
            ]
        }
        return []
    }

    /// Whether libarchive, a reader that is not ours, sees the same entries at the same places.
    private func listingFindings() throws -> [Finding] {
        let layout = layout
        let seen: [ListedEntry]
        do {
            seen = try ArchiveListing.entries(
                of: reader.file.descriptor, fileSize: layout.fileSize, limit: layout.placed.count + 32)
        } catch {
            if case .unreadable = error {
                throw Finding(.local, "read.io", at: .headers, "\(reader.file.path): \(error)")
            }
            return [Finding(.format, "tar.listing", at: .headers, "\(reader.file.path): \(error)")]
        }
        let front = reader.front.signatures.count + 2
        let rest = seen.dropFirst(front)
        let agrees =
            seen.count == front + layout.placed.count
            && zip(rest, layout.placed).allSatisfy { listed, place in
                listed.isRegularFile && listed.path == Array(place.entry.path.text.utf8)
                    && listed.size == place.entry.size && listed.dataOffset == place.contentOffset
            }
        return agrees
            ? []
            : [
                Finding(
                    .format, "tar.listing", at: .headers,
                    "\(reader.file.path): libarchive reads other entries")
            ]
    }

    /// The graph, if `index.json` can be read; what is wrong with it is added to the findings.
    private func graph(_ findings: inout [Finding]) throws -> BundleGraph? {
        let isBroken = findings.contains { $0.digest == statement.index.digest }
        guard !isBroken, let place = layout.placed.first else { return nil }
        let bytes = try reader.file.bytes(
            at: place.contentOffset, count: Int(min(place.entry.size, Int64(BundleIndex.maximumSize) + 1)))
        let index: BundleIndex
        do {
            index = try BundleIndex.read(bytes)
        } catch {
            findings += error.findings
            return nil
        }
        let places = Dictionary(
            layout.placed.dropFirst().map { ($0.entry.digest, $0) }, uniquingKeysWith: { first, _ in first })
        let contentIsGood = findings.isEmpty
        var walk = GraphWalk(index) { descriptor in
            guard let place = places[descriptor.digest] else { return nil }
            return try document(at: place)
        }
        try walk.run()
        // Documents with wrong bytes have been told already; only a graph of right bytes is judged.
        if contentIsGood {
            findings += walk.findings
            // What a document that could not be read would have named must not be called superfluous.
            if walk.findings.isEmpty { findings += walk.graph.differences(from: Array(statement.blobs)) }
        }
        return walk.graph
    }

    /// The bytes of a document, at most one more than a document may have.
    private func document(at place: BundleLayout.Placed) throws(Finding) -> [UInt8] {
        try reader.file.bytes(
            at: place.contentOffset,
            count: Int(min(place.entry.size, Int64(ManifestDocument.maximumSize) + 1)))
    }

    /// Adds to a finding about a blob which images it is in.
    private func naming(users graph: BundleGraph, in finding: Finding) -> Finding {
        guard finding.step == .content, let digest = finding.digest else { return finding }
        let users = graph.users(of: digest).joined(separator: ", ")
        let message = users.isEmpty ? finding.message : finding.message + "; it is part of " + users
        return Finding(finding.fault, finding.reason, at: finding.step, message, about: digest)
    }
}
