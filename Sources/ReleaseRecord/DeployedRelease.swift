package import BundleFormat
package import OCI
import ReleaseSet
import StrictJSON
package import Trust

/// Digests and tags in the target, from a `deployment-record.json` that is as the log has it.
package struct DeployedRelease: Sendable {
    package let naming: RepositoryNaming
    package let pullLocation: String?
    package let pullSecret: String?
    package let tags: [RecordContents.TagResult]
    package let leftAlone: [RecordContents.TagResult]
    package let counts: RecordContents.Counts
    package let importedAt: Timestamp

    init(_ release: EarlierRecord, bundle: VerifiedBundle) throws {
        let (root, entries) = (release.root, bundle.index.entries)
        let mirrored = try root.member("releaseArtifact").member("mirrored").string()
        let place = entries.first { $0.kind == .release }?.repository
        let naming =
            try [RepositoryNaming.nested, .flat].first { naming in
                try place.map { mirrored.contains("/\(try naming.name(of: $0))@") } ?? false
            } ?? .nested
        self.naming = naming
        pullLocation = try root.optional("pullLocation")?.string()
        pullSecret = try root.optional("pullSecret")?.string()
        importedAt = Timestamp(try root.member("importedAt").string()) ?? Timestamp(seconds: 0)
        counts = try Self.counts(try root.member("counts"))
        var tags: [RecordContents.TagResult] = []
        for node in try root.member("images").array() {
            let repository = try RepositoryName(try node.member("name").string())
            let digest = try Digest(try node.member("digest").string())
            tags += try node.member("tags").array().map {
                RecordContents.TagResult(
                    repository: repository, tag: try Tag(try $0.string()), digest: digest)
            }
        }
        for (member, kind) in [("chart", IndexEntry.Kind.chart), ("releaseArtifact", .release)] {
            guard let node = try root.optional(member), let entry = entries.first(where: { $0.kind == kind })
            else { continue }
            tags.append(
                RecordContents.TagResult(
                    repository: entry.repository, tag: try Tag(try node.member("tag").string()),
                    digest: try Digest(try node.member("digest").string())))
        }
        var leftAlone: [RecordContents.TagResult] = []
        for node in try root.member("signatureTags").array() {
            let name = try node.member("repository").string()
            let repository = try entries.map(\.repository).first { try naming.name(of: $0).text == name }
            let result = RecordContents.TagResult(
                repository: try repository ?? RepositoryName(name),
                tag: try Tag(try node.member("tag").string()),
                digest: try Digest(try node.member("digest").string()))
            if try node.member("state").string() == "pushed" {
                tags.append(result)
            } else {
                leftAlone.append(result)
            }
        }
        (self.tags, self.leftAlone) = (tags, leftAlone)
    }

    private static func counts(_ node: JSONNode) throws -> RecordContents.Counts {
        func number(_ name: String) throws -> Int { Int(clamping: try node.member(name).integer()) }
        return RecordContents.Counts(
            uploaded: try number("uploaded"), uploadedBytes: try node.member("uploadedBytes").integer(),
            mounted: try number("mounted"), manifests: try number("manifests"), tagged: try number("tagged"))
    }
}

extension LockedRecord {
    /// The newest accepted line of a release; refuses a release of the earlier layout.
    package func lastAccepted(_ id: ReleaseID) throws(Finding) -> AcceptedRelease {
        let accepted = try RecordLog(in: folder).accepted(id)
        guard let last = accepted.last else {
            throw .record(
                .missing, "\(folder.path): the log has no accepted release \(id); import its bundle first")
        }
        guard last.recordDigest != nil else {
            throw .record(
                .missing,
                "\(folder.path): the log has no digest for the record of \(id), which is of an earlier "
                    + "version; import the bundle again, which writes the folder in the present layout")
        }
        return last
    }

    /// Finishes or takes back what a run that was stopped has left of a release.
    package func recover(_ id: ReleaseID) throws(Finding) -> RecordChange {
        RecordChange(try recover(id, RecordLog(in: folder)))
    }

    /// The digests in the release's folder; `nil` if `deployment-record.json` is not as the log has it.
    package func deployed(_ id: ReleaseID, bundle: VerifiedBundle) throws -> DeployedRelease? {
        let logged = try lastAccepted(id).recordDigest
        guard let product = try folder.folder(id.product.text),
            let channel = try product.folder(id.channel.text),
            let release = try channel.folder(id.folderName)
        else { return nil }
        let document = try FolderInspection(of: release, logged: logged).document
        guard let document, document.digest == logged else { return nil }
        return try DeployedRelease(document, bundle: bundle)
    }
}
