/// A transparency log's entry as the evidence gives it; nothing in it is believed yet.
///
/// sigstore/protobuf-specs, protos/sigstore_rekor.proto, "TransparencyLogEntry".
struct LogEntry: Hashable, Sendable {
    let logID: [UInt8]
    let logIndex: Int64
    /// The kind that is written beside the body, where the format has a place for it.
    let kind: EntryKind?
    let integratedTime: Int64
    /// The signed entry timestamp.
    let promise: [UInt8]?
    let proof: InclusionProof?
    let body: [UInt8]

    init(
        logID: [UInt8], logIndex: Int64, kind: EntryKind?, integratedTime: Int64, promise: [UInt8]?,
        proof: InclusionProof?, body: [UInt8]
    ) {
        self.logID = logID
        self.logIndex = logIndex
        self.kind = kind
        self.integratedTime = integratedTime
        self.promise = promise
        self.proof = proof
        self.body = body
    }

    init(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow([
            "logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof",
            "canonicalizedBody",
        ])
        let log = try node.member("logId")
        try log.allow(["keyId"])
        logID = try log.member("keyId").bytes()
        logIndex = try node.integer("logIndex")
        kind = try EntryKind(node.member("kindVersion"))
        integratedTime = try node.integer("integratedTime")
        promise = try node.optional("inclusionPromise").map { node throws(EvidenceFault) in
            try node.allow(["signedEntryTimestamp"])
            return try node.member("signedEntryTimestamp").bytes()
        }
        proof = try node.optional("inclusionProof").map { node throws(EvidenceFault) in
            try InclusionProof(node)
        }
        body = try node.member("canonicalizedBody").bytes()
    }
}

/// What an entry is a record of, and in which version of that record.
struct EntryKind: Hashable, Sendable {
    let kind: String
    let version: String

    init(_ kind: String, _ version: String) {
        self.kind = kind
        self.version = version
    }

    init(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["kind", "version"])
        self.init(try node.member("kind").string(), try node.member("version").string())
    }

    func isSame(as other: EntryKind) -> Bool {
        kind.hasBytes(of: other.kind) && version.hasBytes(of: other.version)
    }

    static let hashedRekord = EntryKind("hashedrekord", "0.0.1")
    static let hashedRekordV2 = EntryKind("hashedrekord", "0.0.2")
    static let dsse = EntryKind("dsse", "0.0.1")
    static let intoto = EntryKind("intoto", "0.0.2")
}

extension EntryKind: CustomStringConvertible {
    var description: String { "\(quoted(kind)) \(quoted(version))" }
}

/// The way from an entry to a signed root of its log.
struct InclusionProof: Hashable, Sendable {
    let logIndex: Int64
    /// As the evidence repeats it; the one that counts is the checkpoint's.
    let rootHash: [UInt8]
    let treeSize: Int64
    let hashes: [[UInt8]]
    let checkpoint: [UInt8]?

    init(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"])
        logIndex = try node.integer("logIndex")
        rootHash = try node.bytes("rootHash")
        treeSize = try node.integer("treeSize")
        var hashes: [[UInt8]] = []
        for hash in try node.list("hashes", limit: MerkleProof.hashLimit) { hashes.append(try hash.bytes()) }
        self.hashes = hashes
        checkpoint = try node.optional("checkpoint").map { node throws(EvidenceFault) in
            try node.allow(["envelope"])
            return [UInt8](try node.member("envelope").string().utf8)
        }
    }
}
