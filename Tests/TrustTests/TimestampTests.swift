import Testing
import Trust

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1972-02-29T12:00:00Z", 68_212_800),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2000-03-01T00:00:00Z", 951_868_800), ("2026-11-02T12:00:00Z", 1_793_620_800),
            ("2100-02-28T23:59:59Z", 4_107_542_399), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func `a time is read and written the same`(text: String, seconds: Int64) throws {
        let time = try #require(Timestamp(text))
        #expect(time.seconds == seconds)
        #expect(Timestamp(seconds: seconds).description == text)
    }

    @Test(arguments: [
        "", "2026-11-02", "2026-11-02T12:00:00", "2026-11-02T12:00:00+00:00", "2026-11-02T12:00:00.5Z",
        "2026-11-02t12:00:00z", "2026-11-02 12:00:00Z", "2026-11-31T12:00:00Z", "2100-02-29T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-11-02T24:00:00Z", "2026-11-02T12:60:00Z", "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z",
        "+026-11-02T12:00:00Z", "2026-11-02T12:00:0\u{661}Z", "2026-11-02T12:00:00Z\n",
        "02026-11-02T12:00:00Z",
    ])
    func `any other spelling is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `days of four hundred years come back`() throws {
        for day in stride(from: Int64(0), to: 146_097, by: 11) {
            let time = Timestamp(seconds: day * 86_400)
            #expect(Timestamp(time.description) == time)
        }
    }

    @Test func `times are in the order of their seconds`() {
        #expect(Timestamp(seconds: 1) < Timestamp(seconds: 2))
        #expect(!(Timestamp(seconds: 2) < Timestamp(seconds: 2)))
    }
}
