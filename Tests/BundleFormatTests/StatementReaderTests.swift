import BundleFormat
import OCI
import StrictJSON
import Testing

/// Each refusal of a statement whose signature is good.
@Suite struct StatementReaderTests {
    static let big = JSONValue.number("9007199254740991")

    @discardableResult
    static func refusal(_ bytes: [UInt8]) throws -> Finding {
        try #require(throws: Finding.self) { try Signed.statement(bytes) }
    }

    static func refusal(changing change: (inout JSONObject) throws -> Void) throws -> Finding {
        var object = try Signed.object(of: try MiniRelease().statement)
        try change(&object)
        return try refusal(try JSONValue.object(object).canonical())
    }

    @Test(arguments: [nil, "https://cgbundle.dev/statement/v2", "", 1, .null] as [JSONValue?])
    func `a good signature of something else is no signature of a statement`(type: JSONValue?) throws {
        let finding = try Self.refusal { $0["_type"] = type }
        #expect(finding.reason == "sig.type")
        #expect(finding.fault == .trust)
        #expect(finding.step == .signature)
    }

    @Test(
        arguments: [
            ("formatVersion", 2, "statement.newer"), ("formatVersion", "1", "statement.number"),
            ("formatVersion", nil, "statement.shape"), ("base", [:], "statement.unknown"),
            ("omitted", [], "statement.unknown"), ("X-later", 1, "statement.unknown"),
            ("version", "1.0.0", "statement.version"), ("version", "v1.0.0+build", "statement.version"),
            ("version", "v1.0", "statement.version"), ("version", 1, "statement.shape"),
            ("product", "../cloudgrid", "name.path"), ("channel", "a/b", "name.path"),
            ("channel", "", "name.path"),
            ("channel", nil, "statement.shape"), ("revision", 0, "statement.number"),
            ("createdAt", nil, "statement.shape"),
            ("createdAt", "2026-11-02", "statement.time"), ("expires", "never", "statement.time"),
            ("expires", .null, "statement.shape"), ("index", [:], "statement.shape"),
            ("release", 1, "statement.shape"),
            ("tool", ["name": "x"], "statement.shape"),
            ("tool", ["name": "x", "version": "1", "z": 1], "statement.unknown"),
            ("counts", ["blobBytes": 1, "blobs": 1, "entries": 1], "statement.counts"),
            ("counts", [], "statement.shape"),
            ("entries", [], "statement.shape"), ("entries", ["index.json"], "statement.shape"),
            ("restSize", 1024, "statement.size"), ("restSize", big, "statement.size"),
            ("restSize", -1, "statement.number"),
        ] as [(String, JSONValue?, String)])
    func `a member that breaks the format is refused by its word`(
        name: String, value: JSONValue?, reason: String,
    ) throws {
        let finding = try Self.refusal { $0[name] = value }
        #expect(finding.reason == reason)
        #expect(finding.fault == .format)
    }

    static func refusal(ofEntry number: Int, changing name: String, to value: JSONValue?) throws -> Finding {
        try refusal { object in
            guard case .array(var entries)? = object["entries"], case .object(var entry) = entries[number]
            else {
                throw ShelfSource.Gone()
            }
            entry[name] = value
            entries[number] = .object(entry)
            object["entries"] = .array(entries)
        }
    }

    @Test(
        arguments: [
            (1, "path", "../evil", "statement.path"), (1, "path", "INDEX.JSON", "statement.duplicate"),
            (0, "path", "blobs/index.json", "statement.path"),
            (1, "path", "blobs/sha256/00", "statement.path"),
            (1, "path", "/etc/passwd", "statement.path"), (1, "path", nil, "statement.shape"),
            (1, "digest", "sha256:AA", "digest.syntax"),
            (1, "digest", .string("sha512:" + String(repeating: "0", count: 128)), "digest.algorithm"),
            (1, "digest", .string("sha256:" + String(repeating: "0", count: 64)), "statement.path"),
            (1, "size", "5", "statement.number"),
            (1, "size", .number("68719476736"), "statement.number"), (1, "size", big, "statement.number"),
            (1, "size", 5, "statement.counts"), (0, "size", 5, "statement.index"),
            (1, "sparse", true, "statement.unknown"),
        ] as [(Int, String, JSONValue?, String)])
    func `an entry that breaks the format is refused by its word`(
        number: Int, name: String, value: JSONValue?, reason: String,
    ) throws {
        #expect(try Self.refusal(ofEntry: number, changing: name, to: value).reason == reason)
    }

    @Test func `one path twice is refused`() throws {
        let finding = try Self.refusal { object in
            guard case .array(let entries)? = object["entries"], let last = entries.last else { return }
            object["entries"] = .array(entries + [last])
        }
        #expect(finding.reason == "statement.duplicate")
    }

    @Test(arguments: ["1e0", "1.0", "-0", "01", "9007199254740992"])
    func `a number in another spelling is refused`(number: String) throws {
        let text = String(decoding: try MiniRelease().statement.json, as: UTF8.self)
        let changed = text.replacing(#""revision":1"#, with: #""revision":\#(number)"#)
        #expect(changed != text)
        #expect(
            ["statement.number", "json.syntax", "json.number"].contains(
                try Self.refusal(Array(changed.utf8)).reason))
    }

    @Test(arguments: [" ", "\n"])
    func `the bytes must be canonical`(suffix: String) throws {
        let bytes = try MiniRelease().statement.json
        #expect(try Self.refusal(bytes + Array(suffix.utf8)).reason == "statement.canonical")
    }

    @Test func `a member twice is refused before anything is read`() throws {
        let bytes = try MiniRelease().statement.json
        let twice = Array(#"{"_type":"x","#.utf8) + bytes.dropFirst()
        #expect(try Self.refusal(twice).reason.hasPrefix("json."))
    }
}
