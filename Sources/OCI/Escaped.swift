/// Text from outside, made fit for a terminal and a log.
///
/// Control characters, bidirectional overrides and line separators become visible `\u{...}`, and what is longer
/// than `limit` characters is cut, with an ellipsis in its place: a registry's message must not be able to write
/// the operator's screen.
package func escaped(_ text: some StringProtocol, limit: Int = 512) -> String {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
        guard count < limit else { return shown + "…" }
        count += 1
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff:
            shown += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown
}
