import BundleFormat
import LibCrypto
import StrictJSON
import Trust

/// An entry of a log as Rekor v1 tells it, and the Sigstore bundle that it and the signature make together.
///
/// Reading it believes nothing.
struct RekorEntry: Sendable {
    let logIndex: Int64
    /// The signature that the entry is of; nothing where it is of another kind than hashedrekord.
    let signature: [UInt8]?
    private let holder: [UInt8]
    private let body: String
    private let logID: [UInt8]
    private let time: Int64
    private let promise: String?
    private let proof: JSONNode?

    static func unreadable(_ text: String) -> Finding { Finding(.format, "rekor.answer", at: .target, text) }

    init(json: [UInt8], name: String) throws {
        let members = try StrictJSON.parseObject(json, name: name, limits: JSONLimits(bytes: json.count))
            .members()
        guard let entry = members.first?.node, members.count == 1 else {
            throw Self.unreadable("\(name): expected one entry, found \(members.count)")
        }
        body = try entry.member("body").string()
        logIndex = try entry.member("logIndex").integer()
        time = try entry.member("integratedTime").integer()
        guard let logID = [UInt8](hex: try entry.member("logID").string()) else {
            throw Self.unreadable("\(name): its logID is not hexadecimal")
        }
        self.logID = logID
        let verification = try entry.optional("verification")
        promise = try verification?.optional("signedEntryTimestamp")?.string()
        proof = try verification?.optional("inclusionProof")
        let record = try StrictJSON.parseObject(
            try Self.decoded(body, name), name: "\(name): its body", limits: JSONLimits(bytes: json.count))
        let kind = try record.member("kind").string() + " " + (try record.member("apiVersion").string())
        guard kind == "hashedrekord 0.0.1" else {
            (signature, holder) = (nil, [])
            return
        }
        let signed = try record.member("spec").member("signature")
        signature = try Self.decoded(try signed.member("content").string(), name)
        holder = try Self.decoded(try signed.member("publicKey").member("content").string(), name)
    }

    /// A bundle of version 0.3 over content with the digest.
    ///
    /// sigstore/protobuf-specs, protos/sigstore_bundle.proto.
    func bundle(of signature: [UInt8], sha256 digest: [UInt8]) throws -> [UInt8] {
        var material = try signerJSON
        material["tlogEntries"] = [try entryJSON]
        let bundle: JSONValue = [
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": .object(material),
            "messageSignature": [
                "messageDigest": ["algorithm": "SHA2_256", "digest": .string(Base64.encode(digest))],
                "signature": .string(Base64.encode(signature)),
            ],
        ]
        return try bundle.canonical()
    }

    private var signerJSON: JSONObject {
        get throws {
            do {
                if holder.starts(with: "-----BEGIN PUBLIC KEY-----".utf8) {
                    let id = KeyID(of: try VerificationKey(pem: holder))
                    return ["publicKey": ["hint": .string(Base64.encode(id.bytes))]]
                }
                let certificate = try Certificate(pem: holder)
                return ["certificate": ["rawBytes": .string(Base64.encode(certificate.der))]]
            } catch {
                throw Self.unreadable("log entry \(logIndex): names no signer that can be read: \(error)")
            }
        }
    }

    private var entryJSON: JSONValue {
        get throws {
            var entry: JSONObject = [
                "logIndex": .string(String(logIndex)), "logId": ["keyId": .string(Base64.encode(logID))],
                "kindVersion": ["kind": "hashedrekord", "version": "0.0.1"],
                "integratedTime": .string(String(time)), "canonicalizedBody": .string(body),
            ]
            if let promise { entry["inclusionPromise"] = ["signedEntryTimestamp": .string(promise)] }
            if let proof {
                entry["inclusionProof"] = [
                    "logIndex": .string(String(try proof.member("logIndex").integer())),
                    "treeSize": .string(String(try proof.member("treeSize").integer())),
                    "rootHash": .string(try Self.base64(hex: proof.member("rootHash"))),
                    "hashes": .array(
                        try proof.member("hashes").array().map { .string(try Self.base64(hex: $0)) }),
                    "checkpoint": ["envelope": .string(try proof.member("checkpoint").string())],
                ]
            }
            return .object(entry)
        }
    }

    private static func decoded(_ text: String, _ name: String) throws(Finding) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64.decode(text)
        } catch {
            throw unreadable("\(name): holds no base64 where that belongs: \(error)")
        }
    }

    private static func base64(hex node: JSONNode) throws -> String {
        guard let bytes = [UInt8](hex: try node.string()) else {
            throw unreadable("\(node.document): \(node.pointer) is not hexadecimal")
        }
        return Base64.encode(bytes)
    }
}

extension [UInt8] {
    /// Reads two lowercase hex digits for each byte and nothing else.
    fileprivate init?(hex text: String) {
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x57
            default: nil
            }
        }
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
            append(high << 4 | low)
        }
    }
}
