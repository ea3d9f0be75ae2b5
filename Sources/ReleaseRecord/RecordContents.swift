package import BundleFormat
package import OCI
import StrictJSON
package import Trust

/// How an import went, to be written down.
package struct RecordContents: Sendable {
    /// A tag and the hash of the bytes that a GET of it gave after everything was put.
    package struct TagResult: Hashable, Sendable {
        /// Below the target's prefix.
        package let repository: RepositoryName
        package let tag: Tag
        package let digest: Digest

        package init(repository: RepositoryName, tag: Tag, digest: Digest) {
            self.repository = repository
            self.tag = tag
            self.digest = digest
        }
    }

    package struct Counts: Hashable, Sendable {
        package let uploaded: Int
        package let uploadedBytes: Int64
        package let mounted: Int
        package let manifests: Int
        package let tagged: Int

        package init(uploaded: Int, uploadedBytes: Int64, mounted: Int, manifests: Int, tagged: Int) {
            self.uploaded = uploaded
            self.uploadedBytes = uploadedBytes
            self.mounted = mounted
            self.manifests = manifests
            self.tagged = tagged
        }
    }

    /// A check that the operator let pass, and why.
    package struct Override: Hashable, Sendable {
        package let option: String
        package let reason: String?

        package init(option: String, reason: String?) {
            self.option = option
            self.reason = reason
        }

        var json: JSONValue {
            var object: JSONObject = ["option": .string(option)]
            if let reason { object["reason"] = .string(reason) }
            return .object(object)
        }
    }

    /// A folder that is written again without an import.
    package struct Rebuilt: Hashable, Sendable {
        package enum Source: String, Sendable {
            /// The earlier document, whose digest is in the log.
            case record = "deployment-record"
            /// The target, read again.
            case target
        }

        package let time: Timestamp
        /// Origin of the digests and tags of the target.
        package let source: Source

        package init(time: Timestamp, source: Source) {
            self.time = time
            self.source = source
        }

        var json: JSONValue { ["time": .string(time.description), "digestsFrom": .string(source.rawValue)] }
    }

    package let plan: RecordPlan
    /// Every tag that was read back, the vendor's signature tags that are ours too.
    package let tags: [TagResult]
    /// Signature tags that hold other content in the target, with what they hold.
    package let leftAlone: [TagResult]
    package let counts: Counts
    package let warnings: [Finding]
    package let options: [String]
    package let overrides: [Override]
    /// The files by which it was decided whom to believe.
    package let trusted: [TrustedFile]
    /// The importer.
    package let tool: Statement.Tool
    package let importedAt: Timestamp
    /// `nil` after an import.
    package let rebuilt: Rebuilt?

    package init(
        plan: RecordPlan, tags: [TagResult], leftAlone: [TagResult], counts: Counts, warnings: [Finding],
        options: [String], overrides: [Override], trusted: [TrustedFile], tool: Statement.Tool,
        importedAt: Timestamp, rebuilt: Rebuilt? = nil,
    ) {
        self.rebuilt = rebuilt
        self.plan = plan
        self.tags = tags
        self.leftAlone = leftAlone
        self.counts = counts
        self.warnings = warnings
        self.options = options
        self.overrides = overrides
        self.trusted = trusted
        self.tool = tool
        self.importedAt = importedAt
    }

    /// The log's line about this import.
    func logLine(recordDigest: Digest?) -> LogLine {
        let statement = plan.bundle.statement
        let release = AcceptedRelease(
            version: statement.version, revision: statement.revision,
            statementDigest: plan.bundle.listed.digest,
            indexDigest: statement.index.digest, signers: plan.bundle.signers,
            time: rebuilt?.time ?? importedAt,
            target: plan.target, recordDigest: recordDigest)
        return LogLine(
            product: statement.product, channel: statement.channel, release: release, overrides: overrides)
    }
}
