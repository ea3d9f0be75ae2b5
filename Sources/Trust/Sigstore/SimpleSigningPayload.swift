import LibCrypto
package import StrictJSON

/// What a legacy image signature signs: the digest of a manifest, and what its signer says of it.
///
/// containers/image, docs/containers-signature.5.md, with the type that cosign writes.
package struct SimpleSigningPayload: Hashable, Sendable {
    package static let type = "cosign container image signature"

    /// `sha256:` and 64 hex digits.
    package let manifestDigest: String
    /// Where the signer found the image. Mirrors keep signatures, so it is compared only on request.
    package let dockerReference: String?
    /// What the signer added, such as `-a key=value` of cosign.
    package let optional: JSONObject

    private static let known = KnownMembers(
        ["optional"],
        objects: [
            "critical": KnownMembers(
                ["type"],
                objects: [
                    "image": KnownMembers(["docker-manifest-digest"]),
                    "identity": KnownMembers(["docker-reference"]),
                ])
        ])

    init(json: [UInt8], name: String) throws(EvidenceFault) {
        let node = try EvidenceNode(json: json, name: name)
        try node.refuseOtherCase(of: Self.known)
        let critical = try node.member("critical")
        let type = try critical.member("type").string()
        guard type.hasBytes(of: Self.type) else {
            throw EvidenceFault(.claims, "\(name): expected the type \"\(Self.type)\", found \(quoted(type))")
        }
        manifestDigest = try critical.member("image").member("docker-manifest-digest").string()
        let identity = try critical.optional("identity")
        dockerReference = try identity?.optional("docker-reference")?.string()
        var optional = JSONObject()
        if let members = try node.optional("optional")?.members() {
            optional = JSONObject(members.map { ($0.name, $0.node.value) })
        }
        self.optional = optional
    }

    /// Refuses a payload that names another image.
    func requireImage(_ artifact: Artifact) throws(EvidenceFault) {
        let expected = artifact.digest(.sha256).map { "sha256:" + $0.hex } ?? "a SHA-256"
        guard manifestDigest.hasBytes(of: expected) else {
            throw EvidenceFault(
                .claims, "the signed payload's image: expected \(expected), found \(quoted(manifestDigest))")
        }
    }

    /// The reference without a tag or digest behind it.
    package var repository: String? {
        guard let bare = dockerReference?.utf8.prefix(while: { $0 != UInt8(ascii: "@") }) else { return nil }
        let path = bare.lastIndex(of: UInt8(ascii: "/")) ?? bare.startIndex
        let end = bare[path...].lastIndex(of: UInt8(ascii: ":")) ?? bare.endIndex
        return String(decoding: bare[..<end], as: UTF8.self)
    }

    /// Refuses a payload whose reference is in another repository; a tag or digest after it does not matter.
    package func requireRepository(_ expected: String) throws(EvidenceFault) {
        guard let repository, repository.hasBytes(of: expected) else {
            throw EvidenceFault(
                .claims,
                "the signed payload's reference: expected \(expected), found "
                    + (dockerReference.map { quoted($0) } ?? "none"))
        }
    }
}
