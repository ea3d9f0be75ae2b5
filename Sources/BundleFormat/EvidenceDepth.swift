package import OCI

/// The depth of evidence in a bundle: 1 for a signature or referrer of an image, a chart or one of their manifests, 2 for
/// evidence about that evidence, and so on.
///
/// Every level costs a reader another round of requests, so depth and number are limited. bundle-spec/bundle-v1.md,
/// section 3.
package struct EvidenceDepth {
    package static let maximum = 8
    /// For each repository.
    package static let maximumEntries = 10_000

    /// The findings about a graph that is deeper or holds more than the limits allow.
    static func findings(in graph: BundleGraph) -> [Finding] {
        countFindings(graph.index) + depthFindings(graph)
    }

    private static func countFindings(_ index: BundleIndex) -> [Finding] {
        let evidence = index.entries.filter(\.isEvidence)
        let counts = Dictionary(grouping: evidence, by: \.repository).mapValues(\.count)
        return counts.filter { $0.value > maximumEntries }.sorted { $0.key.text < $1.key.text }.map {
            Self.tooMany(in: $0.key.text, count: "\($0.value)")
        }
    }

    private static func depthFindings(_ graph: BundleGraph) -> [Finding] {
        var depths: [Digest: Int] = [:]
        func set(_ depth: Int, from root: Digest) {
            for document in graph.reach(from: root).documents where depths[document] == nil {
                depths[document] = depth
            }
        }
        for entry in graph.index.entries where !entry.isEvidence { set(0, from: entry.digest) }
        var waiting = graph.index.entries.filter(\.isEvidence)
        // An entry whose subject is not in the set, or is its own evidence, never gets a depth and ends the loop.
        for depth in 1... {
            let known = depths
            let reached = waiting.filter { graph.subject(of: $0).map { known[$0] != nil } ?? false }
            guard let first = reached.first else { return [] }
            if depth > maximum { return [Self.tooDeep(in: first.repository.text, digest: first.digest)] }
            for entry in reached { set(depth, from: entry.digest) }
            let done = Set(reached)
            waiting.removeAll { done.contains($0) }
        }
        return []
    }

    package static func tooDeep(in place: String, digest: Digest) -> Finding {
        Finding(
            .format, "graph.depth", at: .graph,
            "\(place): \(digest) is evidence about evidence, more than \(maximum) levels above an image")
    }

    package static func tooMany(in place: String, count: String) -> Finding {
        Finding(
            .format, "graph.count", at: .graph,
            "\(place): has \(count) signatures and referrers, at most \(maximumEntries) are read")
    }
}

extension IndexEntry {
    /// True if the entry proves something about another one.
    fileprivate var isEvidence: Bool { kind == .signature || kind == .referrer }
}

extension BundleGraph {
    /// The digest that an entry of evidence is about.
    fileprivate func subject(of entry: IndexEntry) -> Digest? {
        entry.tag?.cosignSubject ?? documents[entry.digest]?.subject?.digest
    }
}
