import LibCrypto
import StrictJSON

/// What a Sigstore bundle's JSON says, each member decoded.
///
/// Members that the message types do not have are refused, as protobuf's own reader does, and `null` is an absent
/// member. Log entries and timestamps may stand there: a pinned key proves what it proves without them.
struct SigstoreBundleContent {
    let hint: String
    let signature: [UInt8]
    let messageDigest: [UInt8]?

    init(json: [UInt8], name: String) throws(SignatureFault) {
        let texts: SigstoreBundleTexts
        do throws(JSONError) {
            let limits = JSONLimits(bytes: SigstoreBundle.byteLimit)
            texts = try SigstoreBundleTexts(StrictJSON.parseObject(json, name: name, limits: limits))
        } catch {
            throw SignatureFault(error)
        }
        if let member = texts.unsupported { throw .unsupported(member: member) }
        hint = texts.hint
        signature = try Self.decoded(texts.signature, "messageSignature.signature")
        guard !signature.isEmpty else {
            throw .json(
                .shape(
                    document: name, pointer: "/messageSignature/signature", expected: "a signature",
                    found: "no byte"))
        }
        guard let digest = texts.messageDigest else {
            messageDigest = nil
            return
        }
        let bytes = try Self.decoded(digest, "messageSignature.messageDigest.digest")
        guard bytes.count == SHA256.byteCount else {
            throw .json(
                .shape(
                    document: name, pointer: "/messageSignature/messageDigest/digest",
                    expected: "\(SHA256.byteCount) bytes", found: "\(bytes.count)"))
        }
        messageDigest = bytes
    }

    private static func decoded(_ text: String, _ member: String) throws(SignatureFault) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64.decode(text)
        } catch {
            throw .base64(member: member, error)
        }
    }
}

/// The texts of a Sigstore bundle's members, not yet decoded.
struct SigstoreBundleTexts {
    private(set) var hint = ""
    private(set) var signature = ""
    private(set) var messageDigest: String?
    /// The first member that asks for more than a pinned key gives; the others are then not looked at.
    private(set) var unsupported: String?

    private static let mediaTypes = [
        SigstoreBundle.mediaType, "application/vnd.dev.sigstore.bundle+json;version=0.3",
    ]

    init(_ root: JSONNode) throws(JSONError) {
        try root.allowOnly(["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])
        guard Self.mediaTypes.contains(try root.member("mediaType").string()) else {
            unsupported = "another mediaType"
            return
        }
        let material = try root.member("verificationMaterial")
        try readKey(material)
        let content = try root.onlyOne(of: ["messageSignature", "dsseEnvelope"])
        if content.name != "messageSignature" { unsupported = content.name }
        if unsupported == nil { try readSignature(content.node) }
    }

    private mutating func readKey(_ material: JSONNode) throws(JSONError) {
        let kinds = ["publicKey", "certificate", "x509CertificateChain"]
        try material.allowOnly(kinds + ["tlogEntries", "timestampVerificationData"])
        let kind = try material.onlyOne(of: kinds)
        guard kind.name == "publicKey" else {
            unsupported = "verificationMaterial.\(kind.name)"
            return
        }
        try kind.node.allowOnly(["hint"])
        hint = try kind.node.present("hint")?.string() ?? ""
    }

    private mutating func readSignature(_ content: JSONNode) throws(JSONError) {
        try content.allowOnly(["messageDigest", "signature"])
        signature = try content.member("signature").string()
        guard let digest = try content.present("messageDigest") else { return }
        try digest.allowOnly(["algorithm", "digest"])
        // An enum is written by name or by number: protobuf's JSON mapping, and SHA2_256 is 1 in sigstore_common.proto.
        let algorithm = try digest.member("algorithm")
        guard [.string("SHA2_256"), .integer(1)].contains(algorithm.value) else {
            throw algorithm.shape(expected: "SHA2_256", found: "another algorithm")
        }
        messageDigest = try digest.member("digest").string()
    }
}

extension JSONNode {
    /// The member, unless it is absent or `null`, which are the same in protobuf's JSON mapping.
    fileprivate func present(_ name: String) throws(JSONError) -> JSONNode? {
        guard let node = try optional(name), !node.isNull else { return nil }
        return node
    }

    fileprivate func allowOnly(_ names: [String]) throws(JSONError) {
        for member in try members() where !names.contains(where: { $0.hasBytes(of: member.name) }) {
            throw member.node.shape(
                expected: "one of \(names.joined(separator: ", "))", found: "an unknown member")
        }
    }

    /// The one member that is there of those that exclude each other.
    fileprivate func onlyOne(of names: [String]) throws(JSONError) -> (name: String, node: JSONNode) {
        var found: [(name: String, node: JSONNode)] = []
        for name in names {
            if let node = try present(name) { found.append((name, node)) }
        }
        guard let one = found.first, found.count == 1 else {
            throw shape(
                expected: "exactly one of \(names.joined(separator: ", "))",
                found: found.isEmpty ? "none" : found.map(\.name).joined(separator: " and "))
        }
        return one
    }
}
