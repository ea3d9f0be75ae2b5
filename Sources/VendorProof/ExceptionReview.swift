import OCI
package import ReleaseSet
import StrictJSON
package import Trust

/// Vulnerability exceptions of a release manifest at one moment.
///
/// The manifest is unsigned, so they are the vendor's claims. None of them is a reason to refuse a release, unless the trust
/// file asks for that where one has expired.
package struct ExceptionReview: Sendable {
    package struct Entry: Hashable, Sendable {
        package let exception: VulnerabilityException
        /// True if the last day is over, UTC; nothing where `expires` is no date.
        package let isExpired: Bool?
    }

    package let entries: [Entry]

    private static let day: Int64 = 86_400
    private static let shown = 50

    package init(_ exceptions: [VulnerabilityException], now: Timestamp) {
        entries = exceptions.map { exception in
            // A date counts for the whole of its day.
            let start = exception.expires.flatMap { Timestamp($0 + "T00:00:00Z") }
            return Entry(exception: exception, isExpired: start.map { now.seconds >= $0.seconds + Self.day })
        }
    }

    /// One note for each exception that has expired.
    var expired: [VendorReport.Note] {
        entries.filter { $0.isExpired == true }.map { entry in
            VendorReport.Note(
                reason: "exceptions.expired",
                message:
                    "the vulnerability exception \(entry.title) has expired: \(entry.expires) was its last day"
            )
        }
    }

    /// Lines for people; none where the manifest has no exceptions.
    package var lines: [String] {
        guard !entries.isEmpty else { return [] }
        let more = entries.count - Self.shown
        return ["\(entries.count) in \(ReleaseManifest.name), which is unsigned:"]
            + entries.prefix(Self.shown).map(\.sentence)
            + (more > 0 ? ["and \(more) more (--format json lists each)"] : [])
    }

    var json: JSONValue { .array(entries.map(\.json)) }
}

extension ExceptionReview.Entry {
    private static let limit = 512

    fileprivate var expires: String { shown(exception.expires ?? "") }

    fileprivate var title: String {
        guard let details = exception.details else { return rawText }
        return "\(shown(details.cve)) in \(shown(details.package)) of \(shown(details.image))"
    }

    fileprivate var sentence: String {
        guard let details = exception.details else { return "in another form: \(rawText)" }
        let end = isExpired == nil ? "expires \(expires), which is no date" : "valid to the end of \(expires)"
        return "\(title), \(end), owner \(shown(details.owner)): \(shown(details.justification))"
    }

    private func shown(_ text: String) -> String { escaped(text, limit: Self.limit) }

    private var rawText: String {
        let bytes = (try? exception.raw.canonical()) ?? []
        return shown(String(decoding: bytes, as: UTF8.self))
    }

    fileprivate var json: JSONValue {
        var object: JSONObject
        if let details = exception.details {
            object = [
                "package": .string(details.package), "cve": .string(details.cve),
                "image": .string(details.image), "justification": .string(details.justification),
                "owner": .string(details.owner),
            ]
        } else {
            object = ["raw": .string(rawText)]
        }
        if let expires = exception.expires { object["expires"] = .string(expires) }
        if let isExpired { object["expired"] = .bool(isExpired) }
        return .object(object)
    }
}
