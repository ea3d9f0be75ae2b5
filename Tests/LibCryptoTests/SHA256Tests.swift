import LibCrypto
import Testing

@Suite struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `the examples of FIPS 180 give their hashes`(text: String, hex: String) {
        #expect(SHA256.hash([UInt8](text.utf8)) == bytes(hex))
        var running = SHA256()
        running.update([UInt8](text.utf8))
        #expect(running.finish() == bytes(hex))
    }

    @Test(arguments: [1, 63, 64, 65, 1000, 999_999])
    func `the cut of the updates changes nothing`(size: Int) {
        let message = [UInt8](repeating: 0x61, count: 1_000_000)
        var running = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            message[start..<min(start + size, message.count)].withUnsafeBytes { running.update($0) }
        }
        running.update([])
        running.update(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(running.finish() == bytes("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"))
    }

    @Test func `a hash that is never finished is released`() {
        var running = SHA256()
        running.update([1])
    }

    @Test func `a hash is kept in an actor across suspensions`() async {
        actor Keeper {
            private var running: SHA256? = SHA256()
            func add(_ bytes: [UInt8]) { running?.update(bytes) }
            func finish() -> [UInt8]? { running.take()?.finish() }
        }
        let keeper = Keeper()
        await keeper.add([UInt8]("ab".utf8))
        await keeper.add([UInt8]("c".utf8))
        #expect(await keeper.finish() == SHA256.hash([UInt8]("abc".utf8)))
    }
}
