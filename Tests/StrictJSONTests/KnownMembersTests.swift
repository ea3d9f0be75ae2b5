import StrictJSON
import Testing

@Suite struct KnownMembersTests {
    private let known = KnownMembers(
        ["digest", "annotations"],
        objects: [
            "layers": KnownMembers(["size", "kind"], objects: ["platform": KnownMembers(["os.version"])])
        ])

    private func check(_ text: String) throws -> JSONError? {
        let root = try StrictJSON.parseObject(
            Array(text.utf8), name: "document", limits: JSONLimits(bytes: 4096))
        do throws(JSONError) {
            try known.check(root)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (#"{"Digest":1}"#, "", "Digest", "digest"),
        (#"{"digest":1,"DIGEST":2}"#, "", "DIGEST", "digest"),
        (#"{"layer\u017f":[]}"#, "", "layer\u{17F}", "layers"),
        (#"{"\u004cayers":[]}"#, "", "Layers", "layers"),
        (#"{"layers":[{},{"Size":1}]}"#, "/layers/1", "Size", "size"),
        (#"{"layers":[{"\u212aind":1}]}"#, "/layers/0", "\u{212A}ind", "kind"),
        (#"{"layers":{"platform":{"OS.version":""}}}"#, "/layers/platform", "OS.version", "os.version"),
    ])
    func `a member that differs from a known one by case is refused`(
        text: String, pointer: String, member: String, name: String
    ) throws {
        let error = try #require(try check(text))
        #expect(error == .folded(document: "document", pointer: pointer, member: member, known: name))
        #expect(error.reason == "json.case")
        #expect(error.pointer == pointer)
    }

    @Test(arguments: [
        #"{"digest":1,"layers":[{"size":1,"kind":2}]}"#,
        #"{"annotations":{"Digest":"","digest":"","a":"","A":""}}"#,
        #"{"other":1,"Other":2}"#,
        #"{"\u0131":1,"digests":1,"diges":1}"#,
        #"{"layers":["Size"]}"#,
    ])
    func `other members, and those of maps, may be there`(text: String) throws {
        #expect(try check(text) == nil)
    }
}
