import BundleFormat
import OCI
import StrictJSON

/// Members of an earlier `deployment-record.json` that a later run reads.
struct EarlierRecord: Sendable {
    struct File: Hashable, Sendable {
        let digest: Digest
        let size: Int64
    }

    /// Digest of the document itself.
    let digest: Digest
    /// By path relative to the release's folder.
    let files: [String: File]
    let root: JSONNode

    init(_ bytes: [UInt8]) throws {
        digest = Digest(of: bytes)
        root = try StrictJSON.parseObject(
            bytes, name: DeploymentRecord.name,
            limits: JSONLimits(bytes: DeploymentRecord.maximumSize, values: 2_000_000))
        var files: [String: File] = [:]
        for node in try root.member("files").array() {
            files[try node.member("name").string()] = File(
                digest: try Digest(try node.member("digest").string()),
                size: try node.member("size").integer())
        }
        self.files = files
    }

    /// Returns true for a folder of the earlier layout, without subfolders for the parts.
    var isFlat: Bool { !files.keys.contains { $0.hasPrefix(RecordPart.evidence.path("")) } }
}
