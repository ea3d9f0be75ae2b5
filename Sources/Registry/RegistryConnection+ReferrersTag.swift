package import OCI
import StrictJSON

extension RegistryConnection {
    /// Lists `entries` as referrers of `subject` where the registry does not do so itself, in the index under the
    /// fallback tag.
    ///
    /// What others listed there stays as it is, in its order. No registry compares before it swaps, so the list is
    /// read again after writing, and written again if somebody came between. The caller must not add to one
    /// subject from two tasks.
    ///
    /// OCI distribution-spec 1.1.1, "Referrers Tag Schema".
    package func addReferrers(
        _ repository: RepositoryName, subject: Digest, _ entries: [Descriptor]
    ) async throws -> ReferrersOutcome {
        if try await referrersAPIIsSupported(repository) { return .indexed }
        let tag = Tag(referrersOf: subject)
        let wanted = entries.sorted { $0.digest < $1.digest }
        var outcome = ReferrersOutcome.present
        for round in 0..<Self.maximumMerges {
            // Two that came between each other do so again if they wait equally long.
            if round > 1 {
                try await options.pause(RetryPolicy.backoff(attempt: round - 1, chance: .random(in: 0...1)))
            }
            let found = try await manifest(repository, .tag(tag))
            guard let list = ReferrersList(found, named: "\(host)/\(repository):\(tag)") else {
                traffic.warn("\(host)/\(repository):\(tag): is no list of referrers and was left alone")
                return .foreign
            }
            let missing = list.missing(of: wanted)
            if missing.isEmpty { return outcome }
            guard let merged = list.adding(missing) else {
                traffic.warn(
                    "\(host)/\(repository):\(tag): holds numbers that cannot be written back as they are, and was left "
                        + "alone")
                return .foreign
            }
            do {
                try await putManifest(repository, .tag(tag), bytes: merged, mediaType: .ociIndex)
            } catch RegistryError.refused(.immutableTag, _) {
                traffic.warn("\(host)/\(repository):\(tag): cannot be moved, so new referrers are not listed")
                return .immutable
            }
            outcome = .merged
        }
        throw RegistryError.referrersRace(host: host.description, repository: repository, tag: tag)
    }

    private static let maximumMerges = 6
}

/// The index under a fallback tag, kept as JSON so that members which are not known here are written back.
struct ReferrersList {
    private var document: JSONObject
    private var entries: [JSONValue]

    /// The list in `found`, an empty one where there is nothing, or nothing where there is something else.
    init?(_ found: FetchedManifest?, named name: String) {
        guard let found else {
            document = ["schemaVersion": 2, "mediaType": .string(MediaType.ociIndex.text)]
            entries = []
            return
        }
        let limits = JSONLimits(bytes: ManifestDocument.maximumSize)
        // Whatever cannot be read as an index is somebody else's, and its own fault does not matter here.
        guard found.mediaType == .ociIndex,
            let root = try? StrictJSON.parseObject(found.bytes, name: name, limits: limits),
            (try? KnownMembers.manifest.check(root)) != nil,
            case .object(let document) = root.value, case .array(let entries) = document["manifests"]
        else { return nil }
        self.document = document
        self.entries = entries
    }

    /// Those of `wanted` that the list does not name.
    func missing(of wanted: [Descriptor]) -> [Descriptor] {
        let listed = Set(entries.compactMap(Self.digest))
        return wanted.filter { !listed.contains($0.digest.description) }
    }

    /// The bytes of the list with `missing` behind its entries, or nothing where somebody's entry holds a number that
    /// canonical JSON has no form for.
    func adding(_ missing: [Descriptor]) -> [UInt8]? {
        var merged = document
        merged["manifests"] = .array(entries + missing.map(\.json))
        return try? JSONValue.object(merged).canonical()
    }

    private static func digest(_ entry: JSONValue) -> String? {
        guard case .object(let members) = entry, case .string(let digest) = members["digest"] else {
            return nil
        }
        return digest
    }
}
