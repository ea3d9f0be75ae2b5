import LibCrypto
import OCI
import ReleaseSet
import StrictJSON
import Trust
import VendorProof

/// Somebody with a key, who signs in every form that needs no certificate.
struct KeySigner {
    let name: String
    let key: PrivateKey

    init(_ name: String) throws {
        self.name = name
        key = try .generate(.ecdsaP256)
    }

    var trusted: TrustedKey { TrustedKey(name: name, key: VerificationKey(key.publicKey)) }

    /// What `cosign sign-blob` writes.
    func signature(_ bytes: [UInt8]) throws -> [UInt8] {
        Array((Base64.encode(try key.sign(bytes)) + "\n").utf8)
    }

    func bundle(_ bytes: [UInt8]) throws -> [UInt8] { try SigstoreBundle(signing: bytes, with: key).json }

    /// A Sigstore bundle with a statement about content with these digests.
    func statement(
        about digests: [Digest], type: String = "https://slsa.dev/provenance/v1", predicate: JSONValue = [:],
    ) throws -> [UInt8] {
        let statement: JSONValue = [
            "_type": "https://in-toto.io/Statement/v1",
            "subject": .array(digests.map { ["name": "x", "digest": ["sha256": .string($0.hex)]] }),
            "predicateType": .string(type), "predicate": predicate,
        ]
        let payload = try statement.canonical()
        let type = "application/vnd.in-toto+json"
        let signed = Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
        let bundle: JSONValue = [
            "mediaType": .string(SigstoreBundle.mediaType),
            "verificationMaterial": ["publicKey": ["hint": .string(Base64.encode(key.publicKey.id))]],
            "dsseEnvelope": [
                "payload": .string(Base64.encode(payload)), "payloadType": .string(type),
                "signatures": [["sig": .string(Base64.encode(try key.sign(signed)))]],
            ],
        ]
        return try bundle.canonical()
    }

    /// What `cosign sign --key` puts under an image's signature tag, with the blobs that it consists of.
    func tag(_ image: ReleaseEvidence.Artifact) throws -> (ReleaseEvidence.Carrier, [UInt8]) {
        let payload: JSONValue = [
            "critical": [
                "identity": ["docker-reference": .string(image.name)],
                "image": ["docker-manifest-digest": .string(image.digest.description)],
                "type": "cosign container image signature",
            ],
            "optional": [:],
        ]
        let bytes = try payload.canonical()
        let layer = Descriptor(
            of: bytes, mediaType: MediaType("application/vnd.dev.cosign.simplesigning.v1+json"),
            annotations: ["dev.cosignproject.cosign/signature": Base64.encode(try key.sign(bytes))])
        let manifest: JSONValue = [
            "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest.text),
            "config": Descriptor.empty.json,
            "layers": .array([layer.json]),
        ]
        let json = try manifest.canonical()
        let document = try ManifestDocument(json, name: "tag", mediaType: .ociManifest)
        let carrier = ReleaseEvidence.Carrier(
            repository: image.repository, digest: Digest(of: json), subject: image.digest,
            tag: Tag(cosign: .sig, of: image.digest), document: document)
        return (carrier, bytes)
    }
}
