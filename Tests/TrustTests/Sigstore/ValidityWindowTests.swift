import Testing

@testable import Trust

@Suite struct ValidityWindowTests {
    private func window(_ json: String) throws -> ValidityWindow {
        try ValidityWindow(EvidenceNode(json: bytes(json), name: "window"))
    }

    @Test func `both ends belong to a window`() throws {
        let window = try window(#"{"start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:10Z"}"#)
        let start = window.start.seconds
        #expect(
            [-1, 0, 10, 11].map { window.contains(Timestamp(seconds: start + $0)) } == [
                false, true, true, false,
            ])
    }

    @Test func `a fraction shortens a window to the whole seconds inside`() throws {
        let window = try window(#"{"start":"2026-01-01T00:00:00.5Z","end":"2026-01-01T00:00:10.999999999Z"}"#)
        #expect(window.start == Timestamp("2026-01-01T00:00:01Z"))
        #expect(window.end == Timestamp("2026-01-01T00:00:10Z"))
        #expect(
            try self.window(#"{"start":"2026-01-01T00:00:00.000Z"}"#).start
                == Timestamp("2026-01-01T00:00:00Z"))
    }

    @Test func `an end that is null or absent is open`() throws {
        for end in ["", #","end":null"#] {
            let window = try window(#"{"start":"2026-01-01T00:00:00Z"\#(end)}"#)
            #expect(window.contains(Timestamp(seconds: 1 << 40)))
        }
    }

    @Test(arguments: [
        #"{"end":"2026-01-01T00:00:00Z"}"#, #"{"start":null}"#, #"{"start":""}"#, #"{"start":1}"#,
        #"{"start":"2026-01-01T00:00:00.Z"}"#, #"{"start":"2026-01-01T00:00:00.0123456789Z"}"#,
        #"{"start":"2026-01-01T00:00:00.1"}"#, #"{"start":"2026-02-30T00:00:00Z"}"#,
        #"{"start":"2026-01-01T00:00:00+00:00"}"#, #"{"start":"2026-01-01T00:00:00Z","stop":"x"}"#,
        #"{"start":"2026-01-01T00:00:01Z","end":"2026-01-01T00:00:00Z"}"#,
    ])
    func `a window without a start, or with other times, is refused`(json: String) {
        #expect(
            fault { () throws(EvidenceFault) in
                _ = try ValidityWindow(EvidenceNode(json: bytes(json), name: "w"))
            }?.reason == .json)
    }
}
