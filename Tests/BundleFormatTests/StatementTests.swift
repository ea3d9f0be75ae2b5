import BundleFormat
import LibCrypto
import ReleaseSet
import StrictJSON
import Testing
import Trust

@Suite struct StatementTests {
    @Test func `a statement that is signed is read again as it was`() throws {
        let key = try PrivateKey.generate(.ed25519)
        var statement = try MiniRelease().statement
        #expect(try Signed.statement(try statement.json, by: key) == statement)
        statement.expires = Timestamp(seconds: MiniRelease.noon.seconds + 86_400)
        statement.revision = 3
        #expect(try Signed.statement(try statement.json, by: key) == statement)
    }

    @Test func `its bytes are canonical and begin with their type`() throws {
        let bytes = try MiniRelease().statement.json
        #expect(bytes.starts(with: Array(#"{"_type":"https://cgbundle.dev/statement/v1","channel":"#.utf8)))
        let root = try StrictJSON.parseObject(bytes, name: "statement", limits: JSONLimits(bytes: 1 << 20))
        #expect(try root.value.canonical() == bytes)
    }

    @Test func `the tag of the release says the revision from the second on`() throws {
        #expect(try MiniRelease().statement.releaseTag == "v1.0.0")
        #expect(try MiniRelease(revision: 2).statement.releaseTag == "v1.0.0-r2")
        #expect(try MiniRelease().statement.versionAndRevision == "v1.0.0-r1")
    }

    @Test func `a member of a later reader's own is let pass`() throws {
        var object = try Signed.object(of: try MiniRelease().statement)
        object["x-later"] = ["anything": [1, true, .null]]
        #expect(try Signed.statement(try JSONValue.object(object).canonical()).revision == 1)
    }
}

/// Statements that one pinned key really signed.
enum Signed {
    static func statement(_ bytes: [UInt8], by key: PrivateKey? = nil) throws -> Statement {
        let key = try key ?? .generate(.ed25519)
        let file = SignatureFile(name: "0", bytes: try SigstoreBundle(signing: bytes, with: key).json)
        return try Statement(try SignerPolicy(keys: [key.publicKey]).verify(bytes, signatures: [file]))
    }

    static func object(of statement: Statement) throws -> JSONObject {
        try StrictJSON.parseObject(
            try statement.json, name: "statement", limits: JSONLimits(bytes: 1 << 20)
        ).object()
    }
}
