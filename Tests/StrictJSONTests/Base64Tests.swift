import Foundation
import Testing
import StrictJSON

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of the RFC go both ways, with and without padding`(text: String, encoded: String)
        throws
    {
        #expect(Base64.encode([UInt8](text.utf8)) == encoded)
        #expect(try Base64.decode(encoded) == [UInt8](text.utf8))
        #expect(try Base64.decode(encoded.filter { $0 != "=" }) == [UInt8](text.utf8))
    }

    @Test func `every byte survives at every length`() throws {
        for count in 0..<260 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(try Base64.decode(text) == bytes)
            let url = text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            #expect(try Base64.decode(url) == bytes)
        }
    }

    @Test(arguments: ["Zm9v\nYmFy\n", "Zm9v\r\nYmFy", "\nZm9vYmFy", "Z\nm\r9vYmFy"])
    func `line ends are passed over`(text: String) throws {
        #expect(try Base64.decode(text) == [UInt8]("foobar".utf8))
    }

    @Test(arguments: [
        ("a space", "Zm9v YmFy", Base64Error.character(0x20, offset: 4)),
        ("a tab", "Zm9v\tYmFy", .character(0x09, offset: 4)),
        ("an exclamation mark", "Zm9!", .character(0x21, offset: 3)),
        ("a letter beyond ASCII", "Zm9é", .character(0xc3, offset: 3)),
        ("both alphabets", "+/-_", .character(0x2d, offset: 2)),
        ("one character", "Z", .length),
        ("five characters", "Zm9vY", .length),
        ("one character, padded", "Z===", .length),
        ("half the padding", "Zg=", .padding),
        ("too much padding", "Zm8==", .padding),
        ("padding after a whole group", "Zm9v=", .padding),
        ("a group of padding", "Zm9v====", .padding),
        ("padding alone", "====", .padding),
        ("padding in the middle", "Zg==Zg==", .padding),
        ("spare bits after one byte", "Zh==", .spareBits),
        ("spare bits after one byte, no padding", "Zh", .spareBits),
        ("spare bits after two bytes", "Zm9=", .spareBits),
    ])
    func `another spelling is refused`(why: String, text: String, error: Base64Error) {
        #expect(throws: error, "\(why)") { try Base64.decode(text) }
    }
}
