/// An http or https address, taken apart without decoding anything: what a server wrote goes back as it came.
///
/// Refuses user information, bytes that are not printable ASCII, and every other scheme. A fragment is dropped.
struct RequestURL: Hashable, Sendable {
    let origin: Origin
    /// Begins with a slash.
    let path: String
    /// Without its question mark.
    let query: String?

    init(origin: Origin, path: String, query: String? = nil) {
        self.origin = origin
        self.path = path
        self.query = query
    }

    /// Reads an absolute address.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
            let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
            let scheme = Origin.Scheme(rawValue: text[..<colon].lowercased())
        else { return nil }
        let rest = text[text.index(colon, offsetBy: 3)...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let origin = Self.origin(scheme, authority) else { return nil }
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        self.origin = origin
        self.path = path.isEmpty ? "/" : String(path)
        query = path.endIndex == target.endIndex ? nil : String(target[target.index(after: path.endIndex)...])
    }

    static let maximumLength = 16_384

    /// What a `Location` or `Link` found in the answer to this address means.
    ///
    /// RFC 9110, "Location": the reference may be relative. RFC 3986, "Transform References".
    func resolving(_ reference: String) -> RequestURL? {
        let reference = String(reference.prefix { $0 != "#" })
        let relative = reference.prefix { $0 != "?" }
        if relative.contains("://") { return RequestURL(reference) }
        if reference.hasPrefix("//") { return RequestURL("\(origin.scheme.rawValue):\(reference)") }
        if reference.isEmpty { return self }
        if reference.hasPrefix("/") { return RequestURL(origin.description + reference) }
        if reference.hasPrefix("?") { return RequestURL(origin.description + path + reference) }
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return RequestURL(origin.description + directory + reference)
    }

    /// This address with one more query parameter behind those that it has.
    func adding(_ name: String, _ value: String) -> RequestURL {
        let parameter = "\(name)=\(value)"
        return RequestURL(
            origin: origin, path: path,
            query: query.map { $0.isEmpty ? parameter : "\($0)&\(parameter)" } ?? parameter)
    }

    var text: String { origin.description + path + (query.map { "?" + $0 } ?? "") }

    /// The address for messages: upload states and signatures live in queries, so no query is shown.
    var shown: String { origin.description + shownPath }

    /// An address in text from outside, which may be none: without its query and without user information.
    static func shown(_ text: String) -> String {
        if let url = RequestURL(text) { return url.shown }
        let path = text.prefix { $0 != "?" && $0 != "#" }
        let kept = path.lastIndex(of: "@").map { "...@" + path[path.index(after: $0)...] } ?? String(path)
        return path.endIndex == text.endIndex ? kept : kept + "?..."
    }

    var shownPath: String { path + (query == nil ? "" : "?...") }

    private static func origin(_ scheme: Origin.Scheme, _ authority: Substring) -> Origin? {
        guard !authority.isEmpty, !authority.utf8.contains(UInt8(ascii: "@")) else { return nil }
        var host = authority
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), digits.utf8.count <= 5 else {
                return nil
            }
            if !digits.isEmpty {
                guard let number = Int(digits), (1...65535).contains(number) else { return nil }
                port = number
            }
            host = authority[..<colon]
        }
        let isPlain = host.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || (($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a) || $0 == 0x2d
                || $0 == 0x2e
                || $0 == 0x5f
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard !host.isEmpty, isPlain || isBracketed else { return nil }
        return Origin(scheme: scheme, host: String(host), port: port)
    }
}
