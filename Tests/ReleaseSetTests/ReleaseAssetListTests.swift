import Testing

@testable import ReleaseSet

/// The list of a release's assets as an API gives it.
@Suite struct ReleaseAssetListTests {
    private static func page(_ names: some Sequence<String>) -> [UInt8] {
        Array("[\(names.map { #"{"name":"\#($0)","size":1}"# }.joined(separator: ","))]".utf8)
    }

    @Test func `names and sizes of all pages are kept`() throws {
        var list = ReleaseAssetList()
        #expect(try list.add(page: Self.page(["b.txt", "a.txt"])) == 2)
        let large = #"[{"name":"c.zip","size":9007199254740991,"state":"uploaded","digest":"sha256:x"}]"#
        #expect(try list.add(page: Array(large.utf8)) == 1)
        #expect(try list.add(page: Array("[]".utf8)) == 0)
        #expect(list.names.map(\.text) == ["a.txt", "b.txt", "c.zip"])
        #expect(try list.sizes[FileName("c.zip")] == 9_007_199_254_740_991)
    }

    @Test(arguments: ["..", "a/b", "/etc/passwd", "a b", ".hidden", "con.txt", "", "é", "a.txt", "A.TXT"])
    func `a name that is not safe, or not distinct, spoils the list`(name: String) throws {
        var list = ReleaseAssetList()
        _ = try list.add(page: Self.page(["a.txt"]))
        #expect(throws: ReleaseListFault.self) { _ = try list.add(page: Self.page([name])) }
    }

    @Test func `more assets than a release can have spoil the list`() throws {
        var list = ReleaseAssetList()
        #expect(try list.add(page: Self.page((0..<1000).map { "\($0).txt" })) == 1000)
        #expect(throws: ReleaseListFault.self) { _ = try list.add(page: Self.page(["1000.txt"])) }
    }

    @Test(arguments: [
        "", "{}", "null", "[1]", #"[{"name":"a"}]"#, #"[{"size":1}]"#, #"[{"name":"a","size":-1}]"#,
        #"[{"name":"a","size":1.5}]"#, #"[{"name":"a","size":1,"state":"starter"}]"#,
        #"[{"name":"a","size":1,"size":2}]"#, #"[{"name":"a","size":1}"#, #"[{"name":7,"size":1}]"#,
    ])
    func `an answer of another form spoils the list`(text: String) {
        var list = ReleaseAssetList()
        #expect(throws: ReleaseListFault.self) { _ = try list.add(page: Array(text.utf8)) }
    }

    @Test(arguments: [
        (#"{"id":7,"tag_name":"v1.0.0-beta"}"#, true), (#"{"id":7,"tag_name":"v1.0.0"}"#, false),
        (#"{"id":"7/../8","tag_name":"v1.0.0-beta"}"#, false), (#"{"tag_name":"v1.0.0-beta"}"#, false),
        (#"{"id":-7,"tag_name":"v1.0.0-beta"}"#, false), ("[]", false),
    ])
    func `a release is taken by its number, and only under its own tag`(text: String, isTaken: Bool) throws {
        let version = try ReleaseVersion("v1.0.0-beta")
        let release = try? PublishedRelease(Array(text.utf8), version: version)
        #expect(release?.id == (isTaken ? 7 : nil))
    }
}
