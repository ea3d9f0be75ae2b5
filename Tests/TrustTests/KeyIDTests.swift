import LibCrypto
import Testing
import Trust

@Suite struct KeyIDTests {
    @Test func `an identity is read in the spelling it is written in`() throws {
        let key = try PrivateKey.generate(.ed25519).publicKey
        let id = KeyID(of: key)
        #expect(id.bytes == SHA256.hash(key.spki))
        #expect(id.description.hasPrefix("sha256:"))
        #expect(KeyID(id.description) == id)
        #expect(KeyID(bytes: id.bytes) == id)
    }

    @Test(arguments: [
        "", "sha256:", String(repeating: "a", count: 64), "sha256:" + String(repeating: "a", count: 63),
        "sha256:" + String(repeating: "a", count: 65), "sha256:" + String(repeating: "A", count: 64),
        "sha512:" + String(repeating: "a", count: 64), "sha256:" + String(repeating: "g", count: 64),
        "sha256:" + String(repeating: "a", count: 64) + "\n",
    ])
    func `another spelling of an identity is refused`(text: String) {
        #expect(KeyID(text) == nil)
    }

    @Test func `an identity has 32 bytes`() {
        #expect(KeyID(bytes: []) == nil)
        #expect(KeyID(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    }
}
