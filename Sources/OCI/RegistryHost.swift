/// Where a registry listens: a host name or address, and a port where one is written.
///
/// The spelling is kept, since credentials and certificates are looked up by it; `ghcr.io` and `ghcr.io:443` are
/// two hosts here and one origin on the network.
package struct RegistryHost: Hashable, Sendable, CustomStringConvertible {
    /// Lowercase name, IPv4 address or bracketed IPv6 address.
    package let name: String
    package let port: Int?

    package init(_ text: String) throws(ReferenceError) {
        guard !text.utf8.contains(UInt8(ascii: "@")) else { throw .userInfo }
        guard !text.utf8.isEmpty, text.utf8.count <= 255 else { throw .host(text) }
        var name = text[...]
        var port: Int?
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            let digits = text[text.index(after: colon)...]
            guard digits.utf8.count <= 5, digits.utf8.allSatisfy(Self.isDigit), let number = Int(digits),
                (1...65535).contains(number)
            else { throw .host(text) }
            port = number
            name = text[..<colon]
        }
        guard Self.isName(name) else { throw .host(text) }
        self.name = name.lowercased()
        self.port = port
    }

    package var description: String { name + (port.map { ":\($0)" } ?? "") }

    private static func isName(_ name: Substring) -> Bool {
        if name.utf8.first == UInt8(ascii: "[") {
            return name.utf8.last == UInt8(ascii: "]") && name.utf8.count > 3
                && name.utf8.dropFirst().dropLast().allSatisfy {
                    isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
                        || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                }
        }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.first != UInt8(ascii: "-") && $0.last != UInt8(ascii: "-")
                && $0.allSatisfy {
                    isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                        || $0 == UInt8(ascii: "-")
                }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
