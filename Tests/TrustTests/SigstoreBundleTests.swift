import LibCrypto
import StrictJSON
import Testing
import Trust

@Suite struct SigstoreBundleTests {
    let signers: Signers

    init() throws {
        signers = try Signers()
    }

    @Test func `a bundle that was made is read again with all it says`() throws {
        for key in [signers.ada, signers.bob] {
            let made = try SigstoreBundle(signing: Signers.message, with: key)
            let read = try SigstoreBundle(json: made.json)
            #expect(read == made)
            #expect(read.messageDigest == SHA256.hash(Signers.message))
            #expect(key.publicKey.isValid(signature: read.signature, over: Signers.message))
        }
    }

    @Test func `what is written is canonical JSON with the hint that cosign writes`() throws {
        let made = try SigstoreBundle(signing: Signers.message, with: signers.bob)
        let value = try StrictJSON.parse(made.json, name: "made", limits: JSONLimits(bytes: 1 << 20))
        #expect(try value.canonical() == made.json)
        let expected: JSONValue = [
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "messageSignature": [
                "messageDigest": [
                    "algorithm": "SHA2_256", "digest": .string(Base64.encode(SHA256.hash(Signers.message))),
                ],
                "signature": .string(Base64.encode(try signers.bob.sign(Signers.message))),
            ],
            "verificationMaterial": ["publicKey": ["hint": .string(Base64.encode(signers.bob.publicKey.id))]],
        ]
        #expect(try expected.canonical() == made.json)
    }

    @Test func `an Ed25519 bundle is the same each time`() throws {
        let first = try SigstoreBundle(signing: Signers.message, with: signers.bob)
        #expect(try SigstoreBundle(signing: Signers.message, with: signers.bob).json == first.json)
    }

    @Test func `a private key with the public half of another signs nothing`() throws {
        // The last 65 bytes of a P-256 key in PKCS#8 are its public point.
        func pkcs8(_ key: PrivateKey) throws -> [UInt8] {
            let lines = String(decoding: try key.pem(encryptedWith: nil), as: UTF8.self).split(
                separator: "\n")
            return try Base64.decode(lines.dropFirst().dropLast().joined())
        }
        let mixed = try pkcs8(signers.ada).dropLast(65) + pkcs8(signers.eve).suffix(65)
        let pem = "-----BEGIN PRIVATE KEY-----\n\(Base64.encode(Array(mixed)))\n-----END PRIVATE KEY-----\n"
        let key = try PrivateKey(pem: [UInt8](pem.utf8)) { () throws(KeyError) in [] }
        let error = #expect(throws: TrustError.self) {
            try SigstoreBundle(signing: Signers.message, with: key)
        }
        #expect(error?.reason == "key.syntax")
        #expect(error?.kind == .usage)
    }

    @Test func `forms that mean the same are accepted`() throws {
        let plain = try ForgedFile(by: signers.ada)
        let good = try SigstoreBundle(json: plain.file().bytes)
        var forms: [JSONObject] = []
        var form = plain
        form.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.3"
        forms.append(try form.value)
        form = plain
        form.algorithm = 1
        forms.append(try form.value)
        var value = try plain.value
        value["dsseEnvelope"] = .null
        value["verificationMaterial"] = [
            "publicKey": ["hint": .string(Base64.encode(signers.ada.publicKey.id))], "certificate": .null,
            "tlogEntries": [["logIndex": "1"]], "timestampVerificationData": [:],
        ]
        forms.append(value)
        for form in forms {
            let read = try SigstoreBundle(json: JSONValue.object(form).canonical())
            #expect(read.signature == good.signature && read.messageDigest == good.messageDigest)
        }
        form = plain
        form.digest = nil
        form.hint = nil
        #expect(try SigstoreBundle(json: form.file().bytes).messageDigest == nil)
    }

    @Test(arguments: ["dsseEnvelope", "certificate", "x509CertificateChain", "mediaType"])
    func `a form that no pinned key answers for is refused by name`(member: String) throws {
        var value = try ForgedFile(by: signers.ada).value
        switch member {
        case "dsseEnvelope":
            value["messageSignature"] = nil
            value["dsseEnvelope"] = [:]
        case "mediaType":
            value["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2"
        default:
            value["verificationMaterial"] = .object(JSONObject([(member, .object([:]))]))
        }
        let json = try JSONValue.object(value).canonical()
        let error = #expect(throws: TrustError.self) {
            try SigstoreBundle(json: json, name: "x.sigstore.json")
        }
        #expect(error?.reason == "signature.unsupported")
        #expect(error?.kind == .format)
        #expect(error?.description.contains(member) == true)
        #expect(error?.description.hasPrefix("x.sigstore.json: ") == true)
    }

    static let shapeLies: [(String, @Sendable (inout JSONObject) -> Void)] = [
        ("no mediaType", { $0["mediaType"] = nil }),
        ("mediaType is a number", { $0["mediaType"] = 3 }),
        ("no material", { $0["verificationMaterial"] = nil }),
        ("empty material", { $0["verificationMaterial"] = [:] }),
        ("material is null", { $0["verificationMaterial"] = .null }),
        ("key and certificate", { $0["verificationMaterial"] = ["publicKey": [:], "certificate": [:]] }),
        ("unknown member of the key", { $0["verificationMaterial"] = ["publicKey": ["rawBytes": "AAAA"]] }),
        (
            "K of publicKey as U+212A beside the real one",
            {
                guard case .object(var material)? = $0["verificationMaterial"] else { return }
                material["public\u{212A}ey"] = ["hint": "AAAA"]
                $0["verificationMaterial"] = .object(material)
            }
        ),
        ("hint is an object", { $0["verificationMaterial"] = ["publicKey": ["hint": [:]]] }),
        ("no content", { $0["messageSignature"] = nil }),
        ("content is null", { $0["messageSignature"] = .null }),
        ("content is an array", { $0["messageSignature"] = .array([.object([:])]) }),
        ("two contents", { $0["dsseEnvelope"] = [:] }),
        ("unknown member", { $0["extra"] = 1 }),
        ("no signature", { $0["messageSignature"] = [:] }),
        ("empty signature", { $0["messageSignature"] = ["signature": ""] }),
        ("signature is null", { $0["messageSignature"] = ["signature": .null] }),
        ("signature is an array", { $0["messageSignature"] = ["signature": ["AAAA"]] }),
        (
            "digest without algorithm",
            { $0["messageSignature"] = ["signature": "AA==", "messageDigest": [:]] }
        ),
        (
            "digest of another algorithm",
            {
                $0["messageSignature"] = [
                    "signature": "AA==", "messageDigest": ["algorithm": "SHA2_512", "digest": "AA=="],
                ]
            }
        ),
        (
            "digest of one byte",
            {
                $0["messageSignature"] = [
                    "signature": "AA==", "messageDigest": ["algorithm": "SHA2_256", "digest": "AA=="],
                ]
            }
        ),
    ]

    @Test(arguments: shapeLies.indices)
    func `another shape is refused`(row: Int) throws {
        let (why, lie) = Self.shapeLies[row]
        var value = try ForgedFile(by: signers.ada).value
        lie(&value)
        let json = try JSONValue.object(value).canonical()
        let error = #expect(throws: TrustError.self, "\(why)") { try SigstoreBundle(json: json) }
        #expect(error?.reason == "signature.shape", "\(why)")
        #expect(error?.kind == .format)
    }

    @Test(arguments: ["", "null", "[]", "{", "{} {}", "\u{feff}{}", "MEUCIQ=="])
    func `what is no JSON object is refused`(text: String) {
        let error = #expect(throws: TrustError.self) { try SigstoreBundle(json: [UInt8](text.utf8)) }
        #expect(error?.reason == "signature.shape")
    }

    @Test func `a member that stands twice is refused, at any depth`() throws {
        let text = String(decoding: try signers.ada.file().bytes, as: UTF8.self)
        for (once, twice) in [
            (#""messageSignature":"#, #""messageSignature":{},"messageSignature":"#),
            (#""signature":"#, #""signature":"AA==","signature":"#),
            (#""hint":"#, #""hint":"AA==","hint":"#),
        ] {
            let json = [UInt8](text.replacing(once, with: twice).utf8)
            let error = #expect(throws: TrustError.self) { try SigstoreBundle(json: json) }
            #expect(error?.reason == "signature.duplicate")
        }
    }

    @Test(arguments: ["A", "AA=", "AB==", "AA==AA==", "A A=", "AA==\u{0}", "é"])
    func `text that is not base64 is refused by member`(text: String) throws {
        var forged = try ForgedFile(by: signers.ada)
        forged.signature = .string(text)
        if !text.utf8.contains(0) {
            let json = try forged.file().bytes
            let error = #expect(throws: TrustError.self) { try SigstoreBundle(json: json) }
            #expect(error?.reason == "signature.base64")
            #expect(error?.description.contains("messageSignature.signature") == true)
        }
        forged = try ForgedFile(by: signers.ada)
        forged.digest = "!"
        let json = try forged.file().bytes
        let error = #expect(throws: TrustError.self) { try SigstoreBundle(json: json) }
        #expect(error?.reason == "signature.base64")
    }

    @Test func `line ends and missing padding in base64 are accepted`() throws {
        var forged = try ForgedFile(by: signers.bob)
        let good = Base64.encode(try signers.bob.sign(Signers.message))
        forged.signature = .string("\n" + good.filter { $0 != "=" } + "\r\n")
        let read = try SigstoreBundle(json: forged.file().bytes)
        #expect(signers.bob.publicKey.isValid(signature: read.signature, over: Signers.message))
    }

    @Test func `a file above one mebibyte is refused and one of that size is not`() throws {
        let good = try signers.ada.file().bytes
        let padding = [UInt8](repeating: 0x20, count: SigstoreBundle.byteLimit - good.count)
        #expect(throws: Never.self) { try SigstoreBundle(json: good + padding) }
        let error = #expect(throws: TrustError.self) { try SigstoreBundle(json: good + padding + [0x20]) }
        #expect(error?.reason == "signature.size")
        #expect(error?.kind == .format)
    }
}
