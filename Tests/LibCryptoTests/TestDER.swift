/// Writes DER for tests.
enum TestDER {
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        if content.count < 0x80 { return [tag, UInt8(content.count)] + content }
        if content.count < 0x100 { return [tag, 0x81, UInt8(content.count)] + content }
        return [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { value(0x30, parts.flatMap(\.self)) }
    static func integer(_ number: UInt8) -> [UInt8] { value(0x02, [number]) }
    static func octets(_ bytes: [UInt8]) -> [UInt8] { value(0x04, bytes) }

    static let sha1 = bytes("06052b0e03021a")
    static let sha256 = bytes("0609608648016503040201")
    static let sha384 = bytes("0609608648016503040202")
    static let sha512 = bytes("0609608648016503040203")
    static let null: [UInt8] = [0x05, 0x00]
}
