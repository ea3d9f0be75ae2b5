import OCI
import StrictJSON
import Synchronization

/// The secrets that this process holds, so that none of them is printed.
///
/// No message of ours is made with a secret. But a server may send back what it was sent, in an error, a header or
/// an address, and such words are shown; so what is printed of them goes through here.
package enum KnownSecrets {
    private static let words = Mutex<Set<String>>([])
    /// What is shorter stands in too many innocent texts.
    private static let shortest = 4

    /// Remembers a token, which is sent as it is.
    static func add(token: String) {
        guard token.utf8.count >= shortest else { return }
        words.withLock { _ = $0.insert(token) }
    }

    /// Remembers a secret in every form in which it is sent or could come back.
    static func add(_ secret: String) {
        guard secret.utf8.count >= shortest else { return }
        let bytes = Array(secret.utf8)
        var forms: Set<String> = [secret, TokenService.encoded(secret), escaped(secret, limit: .max)]
        // Base64 of a text that begins elsewhere has other letters: three shifts, without the uncertain ends.
        for shift in 0..<3 {
            let encoded = Base64.encode([UInt8](repeating: 0, count: shift) + bytes)
            let certain = encoded.dropFirst(shift == 0 ? 0 : shift + 1).prefix { $0 != "=" }
            let isCut = (bytes.count + shift) % 3 != 0
            forms.insert(String(isCut ? certain.dropLast() : certain))
        }
        if let quoted = try? JSONValue.string(secret).canonical() {
            forms.insert(String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self))
        }
        let kept = forms.filter { $0.utf8.count >= shortest }
        words.withLock { $0.formUnion(kept) }
    }

    /// `text` with everything in it that is secret left out, also what an ellipsis has cut.
    package static func hidden(in text: String) -> String {
        let words = words.withLock { $0 }
        var text = text
        // The longest first: one may be a part of another.
        for word in words.sorted(by: { $0.utf8.count > $1.utf8.count }) {
            text = replacing(word, in: text)
        }
        return text.contains("…") ? withoutBeginnings(of: words, in: text) : text
    }

    /// Leaves out what stands before an ellipsis and is the beginning of a secret: `escaped` cuts long texts there.
    private static func withoutBeginnings(of words: Set<String>, in text: String) -> String {
        let parts = text.split(separator: "…", omittingEmptySubsequences: false)
        let cut = parts.dropLast().map { part in
            let bytes = Array(part.utf8)
            let count = words.map { shared($0, bytes) }.max() ?? 0
            return count == 0
                ? String(part) : String(decoding: bytes.dropLast(count), as: UTF8.self) + "[hidden]"
        }
        return (cut + [String(parts.last ?? "")]).joined(separator: "…")
    }

    /// How many bytes at the end of `bytes` are a beginning of `word`.
    private static func shared(_ word: String, _ bytes: [UInt8]) -> Int {
        let word = Array(word.utf8)
        return stride(from: min(word.count - 1, bytes.count), through: shortest, by: -1)
            .first { bytes.suffix($0) == word.prefix($0) } ?? 0
    }

    /// By bytes: a String's own comparison takes different bytes for the same.
    private static func replacing(_ word: String, in text: String) -> String {
        let (needle, hay) = (Array(word.utf8), Array(text.utf8))
        guard var range = hay.firstRange(of: needle) else { return text }
        var shown: [UInt8] = []
        var rest = hay[...]
        while true {
            shown += rest[..<range.lowerBound] + Array("[hidden]".utf8)
            rest = rest[range.upperBound...]
            guard let next = rest.firstRange(of: needle) else { break }
            range = next
        }
        return String(decoding: shown + rest, as: UTF8.self)
    }
}
