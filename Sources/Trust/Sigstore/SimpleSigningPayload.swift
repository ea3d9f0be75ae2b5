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

    init(json: [UInt8], name: String) throws(EvidenceFault) {
        let node = try EvidenceNode(json: json, name: name)
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

    /// Refuses a payload whose reference is in another repository; a tag or digest after it does not matter.
    package func requireRepository(_ repository: String) throws(EvidenceFault) {
        let reference = dockerReference ?? ""
        let bare = reference.utf8.prefix { $0 != UInt8(ascii: "@") }
        let path = bare.lastIndex(of: UInt8(ascii: "/")) ?? bare.startIndex
        let end = bare[path...].lastIndex(of: UInt8(ascii: ":")) ?? bare.endIndex
        guard bare[..<end].elementsEqual(repository.utf8) else {
            throw EvidenceFault(
                .claims,
                "the signed payload's reference: expected \(repository), found "
                    + (dockerReference.map { quoted($0) } ?? "none"))
        }
    }
}
