import StrictJSON
import Testing

@Suite struct JSONObjectTests {
    @Test(arguments: [1, 11, 12, 13, 14, 100])
    func `members are found, replaced, removed and kept in order`(count: Int) {
        var object = JSONObject()
        for number in 0..<count { object["n\(number)"] = .integer(Int64(number)) }
        #expect(object.members.map(\.name) == (0..<count).map { "n\($0)" })
        #expect(object["n\(count - 1)"] == .integer(Int64(count - 1)))
        #expect(object["n\(count)"] == nil)
        object["n0"] = "new"
        #expect(object.members[0].value == "new")
        object["n0"] = nil
        #expect(object["n0"] == nil)
        #expect(object.count == count - 1)
        #expect(object["n\(count - 1)"] == (count == 1 ? nil : .integer(Int64(count - 1))))
    }

    @Test func `strings are equal by bytes only`() {
        #expect(JSONValue.string("é") != .string("e\u{301}"))
        #expect(JSONValue.object(["é": 1]) != .object(["e\u{301}": 1]))
        #expect(JSONValue.number("1.0") != .number("1"))
    }
}
