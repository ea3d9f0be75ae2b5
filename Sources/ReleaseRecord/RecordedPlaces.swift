import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import VendorProof

/// Where the roots of a bundle are in the target, by what was read back from there.
struct RecordedPlaces {
    private let contents: RecordContents
    private let entries: [IndexEntry]

    init(_ contents: RecordContents) {
        self.contents = contents
        entries = contents.plan.bundle.index.entries
    }

    func images() throws(Finding) -> [JSONValue] {
        var images: [JSONValue] = []
        for entry in entries where entry.kind == .image || entry.kind == .extraImage {
            let vendor = contents.plan.bundle.manifest.images.first { $0.shortName == entry.repository.text }
            let source = entry.kind == .image ? vendor?.name.description : nil
            var image: JSONObject = [
                "name": .string(entry.repository.text),
                "kind": .string(entry.kind.rawValue),
                "source": .string(source ?? entry.sourceName),
                "mirrored": .string(try mirrored(entry)),
                "digest": .string(entry.digest.description),
                "tags": .array(try tags(of: entry).map { .string($0.text) }),
            ]
            if entry.kind == .extraImage { image["origin"] = .string(origin(of: entry)) }
            images.append(.object(image))
        }
        return images
    }

    /// Evidence for the digest of an image that the operator added.
    private func origin(of entry: IndexEntry) -> String {
        let verdict = contents.plan.vendor.objects.first {
            $0.kind == .extraImage && $0.digest == entry.digest
                && $0.name == ExtraImage.name(in: entry.sourceName)
        }
        if verdict?.state == .verified { return "signature verified" }
        let isByTag = ImagePin(entry.sourceName).tag != nil
        return isByTag ? "resolved from a tag, not signed" : "named by digest, not signed"
    }

    /// The one root of a kind.
    func only(_ kind: IndexEntry.Kind) throws(Finding) -> JSONValue? {
        guard let entry = entries.first(where: { $0.kind == kind }) else { return nil }
        let tags = try tags(of: entry)
        guard let tag = tags.first, tags.count == 1 else {
            throw Self.notRead("\(entry.repository): \(tags.count) tags were read back, expected one")
        }
        return [
            "mirrored": .string(try mirrored(entry)), "digest": .string(entry.digest.description),
            "tag": .string(tag.text),
        ]
    }

    func signatureTags() throws(Finding) -> [JSONValue] {
        let pushed = contents.tags.filter(isSignature).map { ($0, "pushed") }
        let left = contents.leftAlone.map { ($0, "left-alone") }
        let sorted = (pushed + left).sorted { ($0.0.repository, $0.0.tag) < ($1.0.repository, $1.0.tag) }
        var values: [JSONValue] = []
        for (tag, state) in sorted {
            values.append([
                "repository": .string(try name(of: tag.repository).text), "tag": .string(tag.tag.text),
                "digest": .string(tag.digest.description), "state": .string(state),
            ])
        }
        return values
    }

    private func isSignature(_ tag: RecordContents.TagResult) -> Bool {
        entries.contains { $0.kind == .signature && $0.repository == tag.repository && $0.tag == tag.tag }
    }

    private func mirrored(_ entry: IndexEntry) throws(Finding) -> String {
        "\(contents.plan.target)/\(try name(of: entry.repository))@\(entry.digest)"
    }

    /// Below the target's prefix.
    private func name(of repository: RepositoryName) throws(Finding) -> RepositoryName {
        do {
            return try contents.plan.naming.name(of: repository)
        } catch {
            throw Finding(.usage, error.reason, at: .target, error.description)
        }
    }

    /// The tags by which an entry was read back, sorted.
    private func tags(of entry: IndexEntry) throws(Finding) -> [Tag] {
        let tags = contents.tags.filter { $0.repository == entry.repository && !isSignature($0) }
        guard !tags.isEmpty else { throw Self.notRead("\(entry.repository): no tag was read back") }
        for tag in tags where tag.digest != entry.digest {
            throw Self.notRead(
                "\(entry.repository):\(tag.tag): was read back as \(tag.digest), expected \(entry.digest)")
        }
        return tags.map(\.tag).sorted()
    }

    // The importer stops at a tag that does not read back as it was put, so this is a fault of the program.
    private static func notRead(_ message: String) -> Finding {
        Finding(.internal, "internal", at: .target, message)
    }
}
