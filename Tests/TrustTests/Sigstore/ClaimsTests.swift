import LibCrypto
import StrictJSON
import Testing

@testable import Trust

@Suite struct InTotoStatementTests {
    private static let hex = String(repeating: "ab", count: 32)
    private static let good =
        #"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"\#(hex)"}}],"#
        + #""predicateType":"https://slsa.dev/provenance/v1","predicate":{"x":1}}"#
    private let artifact = Artifact(sha256: [UInt8](repeating: 0xab, count: 32))

    private func statement(_ json: String) throws(EvidenceFault) -> InTotoStatement {
        try InTotoStatement(json: bytes(json), name: "statement")
    }

    @Test func `a statement that names the artifact is accepted, v0.1 as well`() throws {
        try statement(Self.good).requireSubject(artifact)
        let older = try statement(Self.good.replacing("Statement/v1", with: "Statement/v0.1"))
        try older.requireSubject(artifact)
        #expect(older.predicateType == "https://slsa.dev/provenance/v1")
    }

    @Test(arguments: [
        (#""subject":["#, #""Subject":[],"subject":["#), (#""name":"a""#, #""name":"a","Digest":{}"#),
        (#""predicateType""#, #""PredicateType":"x","predicateType""#),
        (#""_type""#, #""_TYPE":"x","_type""#),
    ])
    func `a member that Go's readers take for another one is refused`(old: String, new: String) throws {
        let json = try Self.good.replacingOnce(old, new)
        #expect(fault { () throws(EvidenceFault) in _ = try statement(json) }?.reason == .json)
    }

    @Test func `a subject is the artifact if every digest they have in common agrees`() throws {
        let content = bytes("content")
        let sha256 = HashAlgorithm.sha256.hash(content).hex
        let sha512 = HashAlgorithm.sha512.hash(content).hex
        func isNamed(_ digests: String, _ artifact: Artifact) throws -> Bool {
            let statement = try statement(Self.good.replacingOnce(#""sha256":"\#(Self.hex)""#, digests))
            do {
                try statement.requireSubject(artifact)
                return true
            } catch {
                #expect(error.reason == .digest)
                return false
            }
        }
        let whole = Artifact(bytes: content)
        #expect(try isNamed(#""sha512":"\#(sha512)""#, whole))
        #expect(try !isNamed(#""sha512":"\#(sha512)""#, Artifact(sha256: HashAlgorithm.sha256.hash(content))))
        #expect(try isNamed(#""sha512":"\#(sha512)","sha256":"\#(sha256)","gitCommit":"1""#, whole))
        #expect(try !isNamed(#""sha512":"\#(sha512)","sha256":"\#(Self.hex)""#, whole))
        #expect(try !isNamed(#""sha256":"\#(sha256.uppercased())""#, whole))
        #expect(try !isNamed(#""gitCommit":"1""#, whole))
    }

    @Test func `what is said of one subject is not said of another`() throws {
        let other =
            #"{"digest":{"sha256":"\#(Self.hex.replacing("ab", with: "cd"))"},"annotations":{"env":"prod"}}"#
        let named = #"{"name":"a","digest":{"sha256":"\#(Self.hex)"}}"#
        let json = try Self.good.replacingOnce(named, other + "," + named)
        let found = try statement(json).subjects(for: artifact)
        #expect(found.map(\.name) == ["a"] && found.map(\.annotations) == [[:]])
    }

    @Test(arguments: [
        ("Statement/v1", "Statement/v2", EvidenceReason.format),
        (#""predicateType":"https://slsa.dev/provenance/v1","#, "", .json),
        (#""sha256":"\#(hex)""#, "", .json),
        (#""sha256":"\#(hex)""#, #""sha256":1"#, .json),
    ])
    func `another document is refused`(old: String, new: String, reason: EvidenceReason) throws {
        let json = try Self.good.replacingOnce(old, new)
        #expect(fault { () throws(EvidenceFault) in _ = try statement(json) }?.reason == reason)
    }

    @Test func `more than 1024 subjects or 32 digests are refused`() throws {
        let subject = #"{"name":"a","digest":{"sha256":"\#(Self.hex)"}}"#
        func many(_ count: Int) throws -> String {
            try Self.good.replacingOnce(
                subject, [String](repeating: subject, count: count).joined(separator: ","))
        }
        #expect(try statement(many(1024)).subjects.count == 1024)
        let tooMany = try many(1025)
        #expect(fault { () throws(EvidenceFault) in _ = try statement(tooMany) }?.reason == .json)
        let digests = (0..<33).map { #""a\#($0)":"x""# }.joined(separator: ",")
        let wide = try Self.good.replacingOnce(#""sha256":"\#(Self.hex)""#, digests)
        #expect(fault { () throws(EvidenceFault) in _ = try statement(wide) }?.reason == .json)
    }

    @Test func `another predicate type than asked for is refused`() throws {
        let statement = try statement(Self.good)
        try statement.require(predicateType: InTotoStatement.predicateTypes(named: "slsaprovenance1"))
        for name in ["slsaprovenance", "slsaprovenance02", "custom", InTotoStatement.cosignSign, ""] {
            let found = fault { () throws(EvidenceFault) in
                try statement.require(predicateType: InTotoStatement.predicateTypes(named: name))
            }
            #expect(found?.reason == .predicate)
        }
    }
}

@Suite struct SimpleSigningPayloadTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)
    private static let good =
        #"{"critical":{"identity":{"docker-reference":"reg.test:5000/a/b"},"image":{"docker-manifest-digest":"\#(digest)"},"#
        + #""type":"cosign container image signature"},"optional":{"k":"v"}}"#
    private let artifact = Artifact(sha256: [UInt8](repeating: 0xab, count: 32))

    private func payload(_ json: String) throws(EvidenceFault) -> SimpleSigningPayload {
        try SimpleSigningPayload(json: bytes(json), name: "payload")
    }

    @Test func `a payload that names the image is accepted`() throws {
        let payload = try payload(Self.good)
        try payload.requireImage(artifact)
        #expect(payload.dockerReference == "reg.test:5000/a/b")
        #expect(payload.optional["k"] == "v")
        #expect(try self.payload(Self.good.replacing(#"{"k":"v"}"#, with: "null")).optional.isEmpty)
    }

    @Test(arguments: [
        (#"{"critical""#, #"{"Critical":{},"critical""#), (#""image":{"#, #""IMAGE":{},"image":{"#),
        (#""image":{"#, #""image":{"Docker-Manifest-Digest":"x","#),
        (#""optional""#, #""Optional":{},"optional""#),
    ])
    func `a member that Go's readers take for another one is refused`(old: String, new: String) throws {
        let json = try Self.good.replacingOnce(old, new)
        #expect(fault { () throws(EvidenceFault) in _ = try payload(json) }?.reason == .json)
    }

    @Test(arguments: [
        ("cosign container image signature", "atomic container signature"), ("sha256:ab", "sha256:AB"),
        ("sha256:ab", "sha512:ab"), ("sha256:ab", "ab"), ("sha256:ab", "sha256:ac"),
    ])
    func `a payload of another type or image is refused`(old: String, new: String) throws {
        let json = try Self.good.replacingOnce(old, new)
        let found = fault { () throws(EvidenceFault) in try payload(json).requireImage(artifact) }
        #expect(found?.reason == .claims)
    }

    @Test(arguments: [
        "reg.test:5000/a/b", "reg.test:5000/a/b:tag", "reg.test:5000/a/b@sha256:00",
        "reg.test:5000/a/b:t@sha256:0",
    ])
    func `a reference is compared by its repository`(reference: String) throws {
        let payload = try payload(Self.good.replacingOnce("reg.test:5000/a/b", reference))
        try payload.requireRepository("reg.test:5000/a/b")
        for other in ["reg.test:5000/a", "reg.test/a/b", "a/b", "reg.test:5000/a/b:tag2"] {
            #expect(
                fault { () throws(EvidenceFault) in try payload.requireRepository(other) }?.reason == .claims)
        }
    }
}
