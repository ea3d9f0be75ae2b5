import StrictJSON

/// What a signature file says about its key; anyone can write it, so it only ever explains a refusal.
struct KeyHint: Hashable, Sendable {
    let text: String
    /// The key that the hint names, if it is the base64 of a key's identity as cosign and this program write it.
    let id: KeyID?

    init(_ text: String) {
        self.text = text
        do throws(Base64Error) {
            id = KeyID(bytes: try Base64.decode(text))
        } catch {
            // Any text is allowed as a hint; one that is not base64 names no key.
            id = nil
        }
    }
}

extension KeyHint: CustomStringConvertible {
    /// The named key, or the text in quotes, cut short and without what could steer a terminal.
    var description: String {
        if let id { return id.description }
        if text.isEmpty { return "no key" }
        let plain = text.utf8.prefix(64).map {
            (0x21...0x7e).contains($0) && $0 != 0x22 ? $0 : UInt8(ascii: "?")
        }
        return "\"\(String(decoding: plain, as: UTF8.self))\""
    }
}
