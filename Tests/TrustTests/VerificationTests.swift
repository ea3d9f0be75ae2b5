import LibCrypto
import StrictJSON
import Testing
import Trust

@Suite struct VerificationTests {
    let signers: Signers
    let message = Signers.message

    init() throws {
        signers = try Signers()
    }

    /// A policy that pins Ada and Bob.
    func policy(_ threshold: Int, revoked: Set<KeyID> = []) throws -> SignerPolicy {
        try SignerPolicy(
            keys: [signers.ada.publicKey, signers.bob.publicKey], threshold: threshold, revoked: revoked)
    }

    func refusal(_ policy: SignerPolicy, _ files: [SignatureFile], over message: [UInt8]? = nil)
        -> TrustError?
    {
        #expect(throws: TrustError.self) {
            try policy.verify(message ?? self.message, signatures: files)
        }
    }

    @Test func `enough signatures make the bytes believed and name the signers in the order of the policy`()
        throws
    {
        let one = try policy(1).verify(message, signatures: [signers.bob.file()])
        #expect(one.bytes == message)
        #expect(one.signers == [signers.bob.signer])
        let two = try policy(2).verify(message, signatures: [signers.bob.file(), signers.ada.file()])
        #expect(two.signers == [signers.ada.signer, signers.bob.signer])
    }

    @Test func `no signature is refused`() throws {
        #expect(refusal(try policy(1), []) == .noSignatures)
        #expect(TrustError.noSignatures.reason == "sig.none")
    }

    @Test func `sixteen signatures are read and seventeen are refused`() throws {
        let good = try signers.ada.file()
        let junk = SignatureFile(name: "junk", bytes: [0])
        let sixteen = [SignatureFile](repeating: junk, count: 15) + [good]
        #expect(try policy(1).verify(message, signatures: sixteen).signers == [signers.ada.signer])
        let error = refusal(try policy(1), sixteen + [good])
        #expect(error == .tooManySignatures(found: 17, limit: 16))
        #expect(error?.reason == "sig.toomany")
    }

    @Test func `a signature by an unknown key is refused with the keys found and accepted`() throws {
        let error = refusal(try policy(1), [try signers.eve.file()])
        let accepted = [signers.ada.id, signers.bob.id]
        #expect(error == .noPinnedKey(found: [signers.eve.id.description], accepted: accepted))
        #expect(error?.reason == "sig.nokey")
        #expect(error?.kind == .trust)
        for id in accepted + [signers.eve.id] { #expect(error?.description.contains(id.description) == true) }
    }

    @Test func `a hint that is no key is shown without what steers a terminal`() throws {
        var forged = try ForgedFile(by: signers.eve)
        forged.hint = "\u{1b}[2J\u{202e}evil"
        let error = refusal(try policy(1), [try forged.file()])
        #expect(error?.reason == "sig.nokey")
        #expect(error?.description.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 } == true)
        forged.hint = nil
        #expect(refusal(try policy(1), [try forged.file()])?.reason == "sig.nokey")
    }

    @Test func `every flipped bit of signature or message is refused with the key`() throws {
        for key in [signers.ada, signers.bob] {
            let good = try key.sign(message)
            for index in good.indices {
                var flipped = good
                flipped[index] ^= 0x10
                var forged = try ForgedFile(by: key)
                forged.signature = .string(Base64.encode(flipped))
                let error = refusal(try policy(1), [try forged.file()])
                #expect(error == .badSignature(name: "0.sigstore.json", key: key.id, .doesNotVerify))
                #expect(error?.reason == "sig.bad")
            }
            let file = try key.file()
            for index in message.indices {
                var flipped = message
                flipped[index] ^= 0x01
                #expect(refusal(try policy(1), [file], over: flipped)?.reason == "sig.bad")
            }
        }
    }

    @Test func `the message is not looked into`() throws {
        let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20) + [0xff]
        #expect(try policy(1).verify(bomb, signatures: [signers.ada.file(bomb)]).bytes == bomb)
        #expect(refusal(try policy(1), [try signers.ada.file()], over: bomb)?.reason == "sig.bad")
    }

    @Test func `a signature over another text of the message is refused`() throws {
        let digest = SHA256.hash(message)
        let texts: [[UInt8]] = [
            [UInt8](Base64.encode(message).utf8), digest, [UInt8](Base64.encode(digest).utf8),
            [UInt8](digest.flatMap { [$0 >> 4, $0 & 15] }.map { [UInt8]("0123456789abcdef".utf8)[Int($0)] }),
            message + [0x0a], message.dropLast(), [],
        ]
        for key in [signers.ada, signers.bob] {
            for text in texts {
                var forged = try ForgedFile(by: key)
                forged.signature = .string(Base64.encode(try key.sign(text)))
                #expect(refusal(try policy(1), [try forged.file()])?.reason == "sig.bad")
            }
        }
    }

    @Test func `a message digest of other bytes makes a good signature bad`() throws {
        var forged = try ForgedFile(by: signers.ada)
        forged.digest = .string(Base64.encode(SHA256.hash([])))
        let expected = TrustError.badSignature(
            name: "0.sigstore.json", key: signers.ada.id, .digestOfOtherBytes)
        #expect(refusal(try policy(1), [try forged.file()]) == expected)
        forged.hint = .string(Base64.encode(signers.eve.publicKey.id))
        #expect(refusal(try policy(1), [try forged.file()]) == expected)
        forged.digest = nil
        #expect(try policy(1).verify(message, signatures: [forged.file()]).signers == [signers.ada.signer])
    }

    @Test func `one signer of two is refused and named`() throws {
        let error = refusal(try policy(2), [try signers.ada.file()])
        #expect(error == .belowThreshold(signers: [signers.ada.signer], revoked: [], threshold: 2))
        #expect(error?.reason == "sig.threshold")
        #expect(error?.description.contains("1 of 2, signed by \(signers.ada.id)") == true)
    }

    @Test func `two signatures of one key count once`() throws {
        let files = try [signers.ada.file(name: "0"), signers.ada.file(name: "1")]
        #expect(files[0].bytes != files[1].bytes)
        #expect(refusal(try policy(2), files)?.description.contains("1 of 2") == true)
    }

    @Test func `one key under two hints counts once`() throws {
        let own = try ForgedFile(by: signers.ada)
        var other = try ForgedFile(by: signers.ada)
        other.hint = .string(Base64.encode(signers.bob.publicKey.id))
        let error = refusal(try policy(2), [try own.file("0"), try other.file("1")])
        #expect(error == .belowThreshold(signers: [signers.ada.signer], revoked: [], threshold: 2))
    }

    @Test func `the hint of another key, of none or no hint does not hinder`() throws {
        var forged = try ForgedFile(by: signers.ada)
        for hint in [.string(Base64.encode(signers.bob.publicKey.id)), "???", "", nil] as [JSONValue?] {
            forged.hint = hint
            #expect(
                try policy(1).verify(message, signatures: [forged.file()]).signers == [signers.ada.signer])
        }
    }

    @Test func `rubbish beside enough signatures changes nothing`() throws {
        var bad = try ForgedFile(by: signers.ada)
        bad.signature = "AAAA"
        let rubbish = try [
            SignatureFile(name: "0", bytes: []), SignatureFile(name: "1", bytes: [0xff]),
            signers.eve.file(name: "2"),
            bad.file("3"), SignatureFile(name: "4", bytes: [UInt8](repeating: 0x20, count: 2 << 20)),
        ]
        let good = try [signers.bob.file(), signers.ada.file()]
        for files in [rubbish + good, good + rubbish] {
            #expect(
                try policy(2).verify(message, signatures: files).signers == [
                    signers.ada.signer, signers.bob.signer,
                ])
        }
    }

    @Test func `a file's own fault is told when nothing else explains the refusal`() throws {
        var forged = try ForgedFile(by: signers.ada)
        forged.signature = "AA!="
        let broken = try forged.file()
        let error = refusal(try policy(1), [broken])
        #expect(error?.reason == "signature.base64")
        #expect(error?.kind == .format)
        #expect(refusal(try policy(1), [broken, try signers.eve.file()])?.reason == "sig.nokey")
        #expect(refusal(try policy(2), [broken, try signers.bob.file()])?.reason == "sig.threshold")
        let first = SignatureFile(name: "first", bytes: [UInt8](repeating: 0x20, count: 2 << 20))
        #expect(refusal(try policy(1), [first, broken])?.reason == "signature.size")
    }

    @Test func `a bad signature in the name of a pinned key outweighs a stranger's`() throws {
        let files = try [signers.eve.file(name: "0"), signers.ada.file(name: "1")]
        let error = refusal(try policy(1), files, over: message + [0])
        #expect(error == .badSignature(name: "1", key: signers.ada.id, .digestOfOtherBytes))
    }

    @Test func `a revoked key does not count, and is told as the reason where it is`() throws {
        let revoked: Set = [signers.ada.id]
        let error = refusal(try policy(1, revoked: revoked), [try signers.ada.file()])
        #expect(error == .revoked(signers: [], revoked: [signers.ada.id], threshold: 1))
        #expect(error?.reason == "sig.revoked")
        #expect(error?.description.contains(signers.ada.id.description) == true)

        let both = try [signers.ada.file(), signers.bob.file()]
        #expect(refusal(try policy(2, revoked: revoked), both)?.reason == "sig.revoked")
        #expect(
            try policy(1, revoked: revoked).verify(message, signatures: both).signers == [signers.bob.signer])
        #expect(refusal(try policy(2, revoked: revoked), [both[0]])?.reason == "sig.threshold")
        #expect(refusal(try policy(1, revoked: revoked), [try signers.eve.file()])?.reason == "sig.nokey")
    }
}
