/// Which answers are worth asking again for, and after how long.
enum RetryPolicy {
    /// Statuses of a server that is busy or about to be back. Refusals are not among them: repeating a refused
    /// request changes nothing and may lock an account.
    static func isTransient(_ status: Int, _ error: ErrorDocument) -> Bool {
        isBusy(status) && !(status == 500 && (error.isAboutSpace || error.isAboutRequest))
    }

    /// Whether the status alone says so.
    static func isBusy(_ status: Int) -> Bool { [408, 425, 429, 500, 502, 503, 504].contains(status) }

    /// Half a second, doubled with each attempt up to half a minute, of which the upper half is left to chance so
    /// that clients do not come back in step. `chance` is 0 to 1.
    static func backoff(attempt: Int, chance: Double) -> Duration {
        let whole = min(30_000, 500 << min(max(attempt - 1, 0), 10))
        return .milliseconds(Int(Double(whole) * (0.5 + chance / 2)))
    }

    /// The seconds that `Retry-After` asks for; nothing where it is absent, unreadable or past.
    ///
    /// A date is counted from the answer's own `Date`: clocks on isolated networks are wrong.
    ///
    /// RFC 9110, "Retry-After".
    static func wait(retryAfter: String?, date: String?) -> Int? {
        guard let retryAfter else { return nil }
        let digits = retryAfter.utf8
        if !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return Int(retryAfter) ?? .max
        }
        guard let then = seconds(of: retryAfter), let now = date.flatMap(seconds), then > now else {
            return nil
        }
        return then - now
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` in seconds since 1970 (RFC 9110, "Date/Time Formats", IMF-fixdate).
    private static func seconds(of text: String) -> Int? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            (1970...9999).contains(year)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]),
            (0...60).contains(time[2])
        else { return nil }
        // Days since 1970-03-01 of a year that begins in March, so that the leap day comes last.
        let shifted = month < 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }
}
