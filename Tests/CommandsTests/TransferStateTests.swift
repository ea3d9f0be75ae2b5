import Testing

@testable import Commands

@Suite struct TransferStateTests {
    private let start = ContinuousClock.now

    @Test func `the longest of several waits is told until it is over`() {
        var state = TransferState("uploading", bytes: nil, at: start)
        state.wait("long", for: .seconds(120), at: start)
        state.wait("short", for: .seconds(1), at: start + .seconds(1))
        #expect(state.line(at: start + .seconds(2), showsWait: true) == "long; uploading")
        #expect(state.line(at: start + .seconds(119), showsWait: true) == "long; uploading")
        #expect(state.line(at: start + .seconds(121), showsWait: true) == "uploading")
        state.wait("short", for: .seconds(1), at: start + .seconds(121))
        #expect(state.line(at: start + .seconds(121), showsWait: true) == "short; uploading")
        #expect(state.line(at: start + .seconds(121), showsWait: false) == "uploading")
    }

    @Test func `what an earlier run has moved counts for the way and not for the speed`() {
        var state = TransferState("filling", bytes: 10_000_000, at: start)
        state.keep(5_000_000, at: start)
        state.move(1_000_000, at: start + .seconds(1))
        #expect(
            state.line(at: start + .seconds(1), showsWait: true)
                == "filling: 6.0 MB of 10.0 MB, 60 %, 1.0 MB/s, 0:04 left")
        state.keep(-5_000_000, at: start + .seconds(1))
        #expect(
            state.line(at: start + .seconds(1), showsWait: true)
                == "filling: 1.0 MB of 10.0 MB, 10 %, 1.0 MB/s, 0:09 left")
    }

    @Test func `what has to be moved beside what was planned makes the way longer`() {
        var state = TransferState("uploading", bytes: 0, at: start)
        state.add(4_000_000)
        state.move(1_000_000, at: start + .seconds(1))
        #expect(
            state.line(at: start + .seconds(1), showsWait: true)
                == "uploading: 1.0 MB of 4.0 MB, 25 %, 1.0 MB/s, 0:03 left")
    }

    @Test func `a long silence is told in place of the time that is left, and ends with the next byte`() {
        var state = TransferState("uploading", bytes: 2_000_000, at: start)
        state.move(1_000_000, at: start + .seconds(2))
        func line(_ seconds: Int) -> String { state.line(at: start + .seconds(seconds), showsWait: true) }
        #expect(line(6).hasSuffix(", 0:06 left"))
        #expect(line(14) == "uploading: 1.0 MB of 2.0 MB, 50 %, 71.4 kB/s, nothing has moved for 12 s")
        state.move(1, at: start + .seconds(14))
        #expect(line(14).hasSuffix(" left"))
        state.move(999_999, at: start + .seconds(15))
        #expect(!line(30).contains("nothing"))
    }

    @Test func `a phase without a known end counts the manifests that were read`() {
        var state = TransferState("asking for 9 images", bytes: nil, at: start)
        state.find(3, at: start)
        state.find(1, at: start)
        #expect(state.line(at: start, showsWait: true) == "asking for 9 images: 4 manifests")
    }
}
