import OCI
import StrictJSON

/// What a registry says of its refusal: the first entry of its error document, or the beginning of whatever text
/// it sent instead.
///
/// OCI distribution-spec 1.1.1, "Error Codes". HTML pages, plain text and empty bodies are common, so nothing here
/// ever fails.
package struct ErrorDocument: Hashable, Sendable {
    package let code: String?
    /// The codes of all entries.
    let codes: [String]
    package let message: String?
    /// Everything that was said, for telling quota and immutability from other refusals; lowercase.
    let wording: String

    static let maximumSize = 65_536

    init() {
        code = nil
        codes = []
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
        let entries = (try? root?.optional("errors")?.array()) ?? []
        codes = entries.compactMap { try? $0.optional("code")?.string() }
        // Distribution puts entries that say nothing before the one that matters.
        let entry = entries.first { (try? $0.optional("code")?.string()) != "UNKNOWN" } ?? entries.first
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

    /// Whether the registry keeps its tags from being moved: "configured as immutable" (Harbor), "cannot be overwritten because
    /// the repository is immutable" (ECR), "tag is immutable" (Quay, GitLab), "has enabled tag immutability" (Google),
    /// "does not allow updating assets" (Nexus), "disallowed on this registry, repository or image" (a lock of ACR).
    var isAboutImmutability: Bool {
        [
            "immutab", "already exists", "does not allow updating", "cannot be overwritten", "is locked",
            "registry_disallowed_operation",
        ].contains(where: wording.contains)
    }

    /// Whether something in the request itself is at fault, whatever the status: distribution 2.8 answers 500 to a layer with
    /// `urls` and says only here that it lacks the layer.
    var isAboutRequest: Bool {
        codes.contains {
            $0.hasPrefix("MANIFEST_") || $0.hasPrefix("NAME_") || $0.hasPrefix("TAG_")
                || ["BLOB_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID", "DENIED", "UNSUPPORTED"].contains($0)
        }
    }

    /// The digests that are spoken of, each once.
    var digests: [Digest] {
        let prefix = "sha256:"
        var found: [Digest] = []
        for rest in wording.ranges(of: prefix).map({ wording[$0.lowerBound...] }) {
            if let digest = try? Digest(String(rest.prefix(prefix.count + 64))), !found.contains(digest) {
                found.append(digest)
            }
        }
        return found
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
        return words.isEmpty ? nil : words
    }
}
