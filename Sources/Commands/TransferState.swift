/// How far a stretch of work has come, and the line that says so.
struct TransferState {
    private var phase = ""
    private var total: Int64?
    private var moved: Int64 = 0
    /// How many of the moved bytes an earlier run has moved.
    private var kept: Int64 = 0
    /// Manifests that were read in a phase without a known end.
    private var found = 0
    private var began: ContinuousClock.Instant
    private var lastMove: ContinuousClock.Instant
    /// Why some of the work stands still, and until when.
    private var wait: (text: String, end: ContinuousClock.Instant)?

    init(_ phase: String = "", bytes: Int64? = nil, at now: ContinuousClock.Instant) {
        self.phase = phase
        total = bytes
        (began, lastMove) = (now, now)
    }

    mutating func move(_ count: Int, at now: ContinuousClock.Instant) {
        moved += Int64(count)
        lastMove = now
    }

    mutating func find(_ count: Int, at now: ContinuousClock.Instant) {
        found += count
        lastMove = now
    }

    mutating func add(_ count: Int64) { total = (total ?? 0) + count }

    mutating func keep(_ count: Int, at now: ContinuousClock.Instant) {
        kept += Int64(count)
        move(count, at: now)
    }

    /// Of several waits the longest is told, as it is what the end waits for.
    mutating func wait(_ text: String, for duration: Duration, at now: ContinuousClock.Instant) {
        let end = now + duration
        if wait.map({ $0.end < end }) ?? true { wait = (text, end) }
    }

    /// - Parameter showsWait: whether what is waited for stands before the rest.
    func line(at now: ContinuousClock.Instant, showsWait: Bool) -> String {
        // On a narrow terminal the end of the line is cut, so the wait stands first.
        guard showsWait, let wait, wait.end > now else { return progress(at: now) }
        return "\(wait.text); \(progress(at: now))"
    }

    private func progress(at now: ContinuousClock.Instant) -> String {
        guard let total, total > 0 else { return found > 0 ? "\(phase): \(found) manifests" : phase }
        let seconds = began.duration(to: now) / .seconds(1)
        let rate = seconds > 0 ? Double(moved - kept) / seconds : 0
        var text = "\(phase): \(bytesForPeople(moved)) of \(bytesForPeople(total))"
        text += ", \(moved * 100 / total) %, \(bytesForPeople(Int64(rate)))/s"
        let silence = lastMove.duration(to: now)
        if moved < total, silence >= Self.longSilence {
            return text + ", nothing has moved for \(silence.components.seconds) s"
        }
        if rate > 0 && moved < total { text += ", \(clockTime(Double(total - moved) / rate)) left" }
        return text
    }

    /// From when on people wonder whether anything still goes on.
    private static let longSilence: Duration = .seconds(5)
}
