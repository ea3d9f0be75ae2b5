package import Registry
package import StrictJSON

/// What a command says at its end of the requests that had to be made again.
package struct RetryReport: Sendable {
    private let summary: Patience.Summary

    package init(_ patience: Patience) {
        summary = patience.summary
    }

    /// For people; nothing where everything went well at once.
    package var text: String? {
        guard summary.retries > 0 else { return nil }
        let causes = sortedCauses.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
        let times = summary.retries == 1 ? "once" : "\(summary.retries) times"
        return "asked again \(times), waiting \(secondsForPeople(summary.waited)): \(causes)"
    }

    package var json: JSONValue {
        var causes = JSONObject()
        for (reason, count) in sortedCauses { causes[reason] = .integer(Int64(count)) }
        return [
            "count": .integer(Int64(summary.retries)),
            "waitedMilliseconds": .integer(Int64(summary.waited / .milliseconds(1))),
            "causes": .object(causes),
        ]
    }

    /// The most frequent first.
    private var sortedCauses: [(key: String, value: Int)] {
        summary.causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
}

extension Patience.Wait {
    /// What the progress line says of it.
    var text: String { "\(cause): attempt \(attempt) of \(limit) in \(secondsForPeople(duration))" }
}

/// `0.4 s`, `12 s`.
func secondsForPeople(_ duration: Duration) -> String {
    let tenths = Int64((duration / .milliseconds(100)).rounded())
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : "\((tenths + 5) / 10) s"
}
