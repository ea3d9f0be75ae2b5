import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Trust
import VendorProof

/// The document that says what was put where: `deployment-record.json`.
///
/// A digest beside a tag is one that was read back from the target; where none was, there is no record.
///
/// bundle-spec/deployment-record.schema.json.
struct DeploymentRecord: Sendable {
    static let name = "deployment-record.json"
    static let maximumSize = 64 << 20

    let value: JSONObject

    /// As people read it.
    var bytes: [UInt8] {
        get throws(JSONError) { try JSONValue.object(value).pretty() }
    }

    /// What two records of one import have in common, whenever and however it was carried out.
    private static let lastingMembers = [
        "statement", "target", "pullLocation", "pullSecret", "images", "chart", "releaseArtifact",
        "signatureTags", "files", "vendorProof", "verification",
    ]

    init(_ contents: RecordContents) throws(Finding) {
        let (plan, bundle) = (contents.plan, contents.plan.bundle)
        let statement = bundle.statement
        let places = RecordedPlaces(contents)
        var value: JSONObject = [
            "formatVersion": 1,
            "product": .string(statement.product.text),
            "channel": .string(statement.channel.text),
            "version": .string(statement.version.text),
            "revision": .integer(statement.revision),
            "commit": .string(bundle.manifest.commit),
            "chartVersion": .string(statement.version.chartVersion),
            "createdAt": .string(statement.createdAt.description),
        ]
        if let expires = statement.expires { value["expires"] = .string(expires.description) }
        value["importedAt"] = .string(contents.importedAt.description)
        if let rebuilt = contents.rebuilt { value["rebuilt"] = rebuilt.json }
        value["statement"] = [
            "digest": .string(bundle.listed.digest.description),
            "size": .integer(Int64(bundle.listed.bytes.count)),
        ]
        value["index"] = [
            "digest": .string(statement.index.digest.description), "size": .integer(statement.index.size),
        ]
        value["signers"] = .array(bundle.signers.map { .string($0.description) })
        value["tool"] = Self.json(contents.tool)
        value["bundleTool"] = Self.json(statement.tool)
        value["target"] = .string(plan.target)
        if let location = plan.pullLocation { value["pullLocation"] = .string(location.description) }
        if let secret = plan.pullSecret { value["pullSecret"] = .string(secret.text) }
        value["images"] = .array(try places.images())
        value["chart"] = try places.only(.chart)
        value["releaseArtifact"] = try places.only(.release)
        value["signatureTags"] = .array(try places.signatureTags())
        let covered = bundle.coverage.rows.filter { $0.kind == .file }.map { ($0.name, $0) }
        let coverage = Dictionary(covered) { first, _ in first }
        value["files"] = .array(
            plan.files.map { Self.json($0, $0.part == .release ? coverage[$0.name.text] : nil) })
        value["absent"] = .array(bundle.absent.map { .string($0.text) })
        value["closure"] = bundle.closure.json
        value["values"] = plan.values.map(Self.json)
        value["environment"] = plan.environment.map(Self.json)
        value["trusted"] = .array(contents.trusted.map(\.json))
        value["vendorProof"] = .string(plan.vendor.isChecked ? "checked" : "not checked")
        value["verification"] = [
            "file": .string(RecordPart.evidence.path(RecordPlan.verificationName)),
            "counts": plan.vendor.counts,
        ]
        value["warnings"] = .array(
            contents.warnings.map { ["reason": .string($0.reason), "message": .string($0.message)] })
        value["options"] = .array(contents.options.map { .string($0) })
        value["overrides"] = .array(contents.overrides.map(\.json))
        value["counts"] = Self.json(contents.counts)
        self.value = value
    }

    /// Whether `bytes` are the record of the same bundle in the same place with the same result.
    func agrees(with bytes: [UInt8]) -> Bool {
        // A record that cannot be read agrees with nothing, and is then written anew.
        guard
            let other = try? StrictJSON.parseObject(
                bytes, name: Self.name, limits: JSONLimits(bytes: Self.maximumSize, values: 2_000_000)),
            let found = try? other.object()
        else { return false }
        return Self.lastingMembers.allSatisfy { found[$0] == value[$0] }
            && Self.trustedDigests(found) == Self.trustedDigests(value)
    }

    /// The files that decided which signers count, without their paths on this machine.
    private static func trustedDigests(_ document: JSONObject) -> Set<JSONValue> {
        guard case .array(let files) = document["trusted"] else { return [] }
        return Set(files.compactMap { if case .object(let file) = $0 { file["digest"] } else { nil } })
    }

    private static func json(_ tool: Statement.Tool) -> JSONValue {
        ["name": .string(tool.name), "version": .string(tool.version)]
    }

    /// - Parameter coverage: what the checksum files say of a file of the release.
    private static func json(_ file: RecordFile, _ coverage: Coverage.Row?) -> JSONValue {
        var object: JSONObject = [
            "name": .string(file.path), "digest": .string(file.digest.description),
            "size": .integer(file.size),
        ]
        if let coverage { object["coverage"] = .string(coverage.word) }
        if case .listed(let list, let line)? = coverage?.listing {
            object["list"] = .string(RecordPart.release.path(list))
            object["line"] = .integer(Int64(line))
        }
        return .object(object)
    }

    private static func json(_ counts: RecordContents.Counts) -> JSONValue {
        [
            "uploaded": .integer(Int64(counts.uploaded)), "uploadedBytes": .integer(counts.uploadedBytes),
            "mounted": .integer(Int64(counts.mounted)), "manifests": .integer(Int64(counts.manifests)),
            "tagged": .integer(Int64(counts.tagged)),
        ]
    }

    private static func json(_ values: MirroredValues) -> JSONValue {
        [
            "changes": json(values.changes), "unplaced": .array(values.unplaced.map { .string($0) }),
            "foreign": .array(values.foreign.map { .string($0) }),
            "tags": .array(values.tags.map { ["key": .string($0.key), "tag": .string($0.tag)] }),
        ]
    }

    private static func json(_ environment: MirroredEnvironment) -> JSONValue {
        [
            "changes": json(environment.changes),
            "unplaced": .array(environment.unplaced.map { .string($0) }),
        ]
    }

    private static func json(_ changes: [MirroredValues.Change]) -> JSONValue {
        .array(
            changes.map { change in
                var object: JSONObject = ["key": .string(change.key)]
                if let old = change.old { object["old"] = .string(old) }
                object["new"] = .string(change.new)
                return .object(object)
            })
    }
}
