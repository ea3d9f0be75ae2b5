import LibCrypto
import StrictJSON
import Testing

@testable import Trust

@Suite struct CheckpointTests {
    let key: PrivateKey
    let other: PrivateKey
    let log: TrustedLog
    let host = "log.example.test"
    let root = SHA256.hash(bytes("root"))

    init() throws {
        key = try .generate(.ed25519)
        other = try .generate(.ecdsaP256)
        log = try Self.log(key.publicKey, host)
    }

    static func log(_ key: PublicKey, _ host: String) throws -> TrustedLog {
        let json = """
            {"baseUrl":"https://\(host)","logId":{"keyId":"\(Base64.encode(key.id))"},"publicKey":{"rawBytes":\
            "\(Base64.encode(key.spki))","validFor":{"start":"2026-01-01T00:00:00Z"}}}
            """
        return try #require(try TrustedLog(EvidenceNode(json: bytes(json), name: "log")))
    }

    private var text: String { "\(host)\n7\n\(Base64.encode(root))\n" }

    private func line(_ name: String, _ id: [UInt8], by key: PrivateKey, over text: String) throws -> String {
        "\u{2014} \(name) \(Base64.encode(id + (try key.sign(bytes(text)))))\n"
    }

    private func note(_ text: String, _ lines: String...) -> [UInt8] { bytes(text + "\n" + lines.joined()) }

    private func read(_ note: [UInt8]) throws(EvidenceFault) -> Checkpoint {
        try Checkpoint(note, by: log, isSecondGeneration: true)
    }

    private func signed(_ text: String) throws -> [UInt8] {
        note(text, try line(host, log.noteKeyID(name: host), by: key, over: text))
    }

    @Test func `a checkpoint that the log has signed gives its size and root`() throws {
        let checkpoint = try read(signed(text))
        #expect(checkpoint.origin == host && checkpoint.size == 7 && checkpoint.root == root)
        #expect(try read(signed(text + "extension\n")).size == 7)
    }

    @Test func `the key of a log is known by the hash of its name and key`() {
        let id = SHA256.hash(bytes(host) + [0x0a, 0x01] + key.publicKey.spki.suffix(32)).prefix(4)
        #expect(log.noteKeyID(name: host) == Array(id))
    }

    @Test func `lines of unknown keys are passed over wherever they stand`() throws {
        let good = try line(host, log.noteKeyID(name: host), by: key, over: text)
        let witness = try line("witness.example", [1, 2, 3, 4], by: other, over: text)
        let sameName = try line(host, [1, 2, 3, 4], by: other, over: text)
        #expect(try read(note(text, witness, good, sameName)).size == 7)
        #expect(
            fault { () throws(EvidenceFault) in _ = try read(note(text, witness, sameName)) }?.reason
                == .checkpoint)
    }

    @Test func `a line of the log's key that does not verify refuses the note, whatever else stands there`()
        throws
    {
        let good = try line(host, log.noteKeyID(name: host), by: key, over: text)
        let bad = try line(host, log.noteKeyID(name: host), by: key, over: text + " ")
        let found = fault { () throws(EvidenceFault) in _ = try read(note(text, good, bad)) }
        #expect(found?.text == "the checkpoint: the signature of log.example.test does not fit its text")
    }

    @Test func `a second generation log signs under the name that the root gives it`() throws {
        let renamed = text.replacing(host, with: "log.example.org")
        let origin = note(renamed, try line(host, log.noteKeyID(name: host), by: key, over: renamed))
        #expect(fault { () throws(EvidenceFault) in _ = try read(origin) }?.reason == .checkpoint)
        let name = note(text, try line("x", log.noteKeyID(name: "x"), by: key, over: text))
        #expect(fault { () throws(EvidenceFault) in _ = try read(name) }?.reason == .checkpoint)
    }

    @Test func `a first generation log is known by its key whatever its name`() throws {
        let first = try Self.log(other.publicKey, host)
        let text = "pod-7 - 123\n7\n\(Base64.encode(root))\nTimestamp: 1\n"
        let id = Array(other.publicKey.id.prefix(4))
        let note = note(text, try line("pod-7", id, by: other, over: text))
        #expect(try Checkpoint(note, by: first, isSecondGeneration: false).size == 7)
        #expect(
            fault { () throws(EvidenceFault) in _ = try Checkpoint(note, by: first, isSecondGeneration: true)
            }?.reason == .checkpoint)
    }

    @Test(arguments: [
        "\n7\nROOT\n", "7\nROOT\n", "HOST\nROOT\n", "HOST\n7\n", "HOST\n\nROOT\n", "HOST\n07\nROOT\n",
        "HOST\n-7\nROOT\n",
        "HOST\n7x\nROOT\n", "HOST\n9999999999999999999\nROOT\n", "HOST\n7\nAAAA\n", "HOST\n7\n!\n",
        "HOST\n7\nROOT\n\nmore\n",
    ])
    func `a text without origin, size and root is refused though it is signed`(shape: String) throws {
        let text = shape.replacing("HOST", with: host).replacing("ROOT", with: Base64.encode(root))
        let note = try signed(text)
        #expect(fault { () throws(EvidenceFault) in _ = try read(note) }?.reason == .checkpoint)
    }

    @Test func `a note that is no note is refused`() throws {
        let good = String(decoding: try signed(text), as: UTF8.self)
        for bad in [
            "", "\n", text, text + "\n", String(good.dropLast()), good + "\n",
            good.replacing("\u{2014}", with: "-"),
            good + "\u{2014} name\n", good + "\u{2014} a b c\n", good + "\u{2014} name AAAA\n",
            good + "\u{2014} name !\n",
            good.replacing("7", with: "7\t"),
        ] {
            #expect(fault { () throws(EvidenceFault) in _ = try read(bytes(bad)) }?.reason == .checkpoint)
        }
    }
}
