import ReleaseSet
import StrictJSON
import Testing
import Trust
import VendorProof

/// Vulnerability exceptions of a release manifest, compared with a clock.
@Suite struct ExceptionReviewTests {
    private static let known = #"""
        {"package":"libfoo","cve":"CVE-2026-1","image":"cloudgrid-bff","justification":"not reachable",
         "owner":"security","expires":"2026-10-31"}
        """#

    private func exceptions(_ json: String) throws -> [VulnerabilityException] {
        try ReleaseManifest(
            json: Array(
                #"""
                {"version":"v1.0.0","commit":"0123456789abcdef0123456789abcdef01234567","images":[
                  {"image":"ghcr.io/v/a","digest":"sha256:\#(String(repeating: "a", count: 64))"}],
                 "vulnerabilityExceptions":\#(json)}
                """#.utf8)
        ).vulnerabilityExceptions
    }

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    @Test func `an exception of the known form is shown with all its members`() throws {
        let review = ExceptionReview(
            try exceptions("[\(Self.known)]"), now: try time("2026-10-01T00:00:00Z"))
        #expect(review.entries.map(\.isExpired) == [false])
        #expect(
            review.lines == [
                "1 in release-manifest.json, which is unsigned:",
                "CVE-2026-1 in libfoo of cloudgrid-bff, valid to the end of 2026-10-31, owner security: not reachable",
            ])
    }

    @Test(arguments: [("2026-10-31T23:59:59Z", false), ("2026-11-01T00:00:00Z", true)])
    func `an exception is valid until the end of its day`(now: String, isExpired: Bool) throws {
        let review = ExceptionReview(try exceptions("[\(Self.known)]"), now: try time(now))
        #expect(review.entries.map(\.isExpired) == [isExpired])
    }

    @Test(
        arguments: [
            (#"[{"cve":"CVE-2026-1","expires":"2026-10-31"}]"#, true),
            (#"[{"cve":"CVE-2026-1","expires":"soon"}]"#, nil),
            (#"[{"cve":7}]"#, nil), (#"["CVE-2026-1"]"#, nil), (#"{"CVE-2026-1":{}}"#, nil), ("7", nil),
            ("[" + known.replacing("}", with: #","ticket":"1"}"#) + "]", true),
            ("[" + known.replacing("\"libfoo\"", with: "[\"libfoo\"]") + "]", true),
            ("[" + known.replacing("2026-10-31", with: "2026-13-01") + "]", nil),
        ] as [(String, Bool?)])
    func `another form is shown raw, and a date in it still counts`(json: String, isExpired: Bool?) throws {
        let review = ExceptionReview(try exceptions(json), now: try time("2026-12-01T00:00:00Z"))
        #expect(review.entries.map(\.isExpired) == [isExpired])
        #expect(review.lines.count == 2)
        let isKnown = review.entries[0].exception.details != nil
        #expect(isKnown || review.lines[1].hasPrefix("in another form: "), "\(review.lines)")
        #expect(!isKnown || review.lines[1].contains("which is no date"))
    }

    @Test(arguments: ["[]", "null"])
    func `no exceptions leave no lines`(json: String) throws {
        #expect(ExceptionReview(try exceptions(json), now: try time("2026-12-01T00:00:00Z")).lines.isEmpty)
    }

    @Test func `hostile texts cannot write the terminal, and long ones are cut`() throws {
        let hostile = Self.known.replacing(
            "not reachable", with: #"\u001b[2J\u202e"# + String(repeating: "a", count: 5000))
        let lines = ExceptionReview(
            try exceptions("[\(hostile),[\"\\u001b\"]]"), now: try time("2026-10-01T00:00:00Z")
        ).lines
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e } })
        #expect(lines.allSatisfy { $0.count < 1000 })
    }

    @Test func `an expired exception is a warning, and a refusal where the trust file asks for it`() throws {
        var sample = try SampleEvidence()
        sample.exceptions = try exceptions("[\(Self.known)]")
        let day = try time("2027-01-01T00:00:00Z")
        let lax = try sample.report(try SampleEvidence.trust(), now: day)
        #expect(lax.refusals.isEmpty)
        let note = try #require(lax.warnings.first { $0.reason == "exceptions.expired" })
        #expect(note.message.contains("CVE-2026-1 in libfoo of cloudgrid-bff has expired: 2026-10-31"))
        let strict = try SampleEvidence.trust {
            $0.replace(
                "\"policies\":", with: #""vulnerability-exceptions": {"on-expired": "stop"}, "policies":"#)
        }
        let stopped = try sample.report(strict, now: day)
        #expect(stopped.refusals == [note])
        #expect(!stopped.warnings.contains(note))
        #expect(try sample.report(strict, now: try time("2026-10-31T12:00:00Z")).refusals.isEmpty)
        let unchecked = try VendorReport(unchecked: sample.evidence, now: day)
        #expect(unchecked.warnings == [note] && unchecked.refusals.isEmpty)
    }
}
