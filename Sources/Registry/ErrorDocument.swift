import StrictJSON

/// What a registry says of its refusal: the first entry of its error document, or the beginning of whatever text
/// it sent instead.
///
/// OCI distribution-spec 1.1.1, "Error Codes". HTML pages, plain text and empty bodies are common, so nothing here
/// ever fails.
package struct ErrorDocument: Hashable, Sendable {
    package let code: String?
    package let message: String?
    /// Everything that was said, for telling quota and immutability from other refusals; lowercase.
    let wording: String

    static let maximumSize = 65_536

    init() {
        code = nil
        message = nil
        wording = ""
    }

    /// - Parameter query: of the address that was asked; its values are left out where they are repeated.
    init(_ bytes: [UInt8], hiding query: String? = nil) {
        let kept = Self.hiding(query, in: Array(bytes.prefix(Self.maximumSize)))
        let text = String(decoding: kept, as: UTF8.self)
        wording = text.lowercased()
        let root = try? StrictJSON.parseObject(
            kept, name: "error document", limits: JSONLimits(bytes: Self.maximumSize))
        // An answer that is no error document is shown as the text it is, so a failed reading loses nothing.
        let entry = try? root?.optional("errors")?.array().first
        if let entry {
            code = try? entry.optional("code")?.string()
            message = Self.message(of: entry)
        } else if let root, let told = Self.tokenError(in: root) {
            (code, message) = told
        } else {
            code = nil
            message = Self.line(of: text)
        }
    }

    /// Short values are counts and names, not signatures.
    private static func hiding(_ query: String?, in bytes: [UInt8]) -> [UInt8] {
        let values = (query ?? "").split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
            .compactMap { $0.count == 2 ? $0[1] : nil }
        return values.filter { $0.utf8.count >= 12 }.reduce(bytes) { bytes, value in
            bytes.replacing(Array(value.utf8), with: Array("...".utf8))
        }
    }

    /// Whether the registry has no room left. Distribution reports a full disk as 500 with the system's words.
    var isAboutSpace: Bool {
        ["no space left", "quota", "exceed the configured upper limit", "insufficient storage"]
            .contains(where: wording.contains)
    }

    /// Whether the registry keeps its tags from being moved (ECR, Harbor, Nexus, ACR each in words of their own).
    var isAboutImmutability: Bool {
        ["immutable", "already exists", "does not allow updating", "cannot be overwritten", "locked"]
            .contains(where: wording.contains)
    }

    /// What token services say: `error` and `error_description` (RFC 6749, "Error Response"), or the `details` of
    /// distribution's own.
    private static func tokenError(in root: JSONNode) -> (code: String?, message: String?)? {
        func text(_ member: String) -> String? { try? root.optional(member)?.string() }
        let message = text("error_description") ?? text("details") ?? text("message")
        guard let code = text("error") else { return message.map { (nil, $0) } }
        return (code, message)
    }

    private static func message(of entry: JSONNode) -> String? {
        let said = try? entry.optional("message")?.string()
        // A detail that is more than a text is left out: it repeats the request more often than it explains.
        let detail = try? entry.optional("detail")?.string()
        let parts = [said, detail].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }

    private static func line(of text: String) -> String? {
        guard !text.contains("<") else { return "an HTML page" }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.isEmpty ? nil : String(words.prefix(512))
    }
}
