import CLibCrypto

/// The stream cipher Salsa20 with 20 rounds, which OpenSSL does not have.
///
/// Its state is wiped after use, since whoever has it has the key.
///
/// D. J. Bernstein, "Salsa20 specification", and for HSalsa20 "Extending the Salsa20 nonce".
struct Salsa20 {
    private var words = [UInt32](repeating: 0, count: 16)

    /// "expand 32-byte k" on the diagonal, the key around it, sixteen bytes of input in the middle.
    private init(key: [UInt8], input: [UInt8]) {
        precondition(key.count == 32 && input.count == 16)
        words[0] = 0x6170_7865
        words[5] = 0x3320_646e
        words[10] = 0x7962_2d32
        words[15] = 0x6b20_6574
        for place in 0..<4 {
            words[1 + place] = Self.word(key, 4 * place)
            words[6 + place] = Self.word(input, 4 * place)
            words[11 + place] = Self.word(key, 16 + 4 * place)
        }
    }

    /// HSalsa20: the key to go on with after the first sixteen bytes of a long nonce.
    static func subkey(key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        var state = Salsa20(key: key, input: nonce)
        defer { state.wipe() }
        state.shuffle()
        var subkey = [UInt8](repeating: 0, count: 32)
        for (place, word) in [0, 5, 10, 15, 6, 7, 8, 9].enumerated() {
            Self.put(state.words[word], in: &subkey, at: 4 * place)
        }
        return subkey
    }

    /// The first bytes of the stream for a key and a nonce of eight bytes.
    static func stream(count: Int, key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        precondition(nonce.count == 8)
        var stream = [UInt8](repeating: 0, count: (count + 63) / 64 * 64)
        for block in 0..<stream.count / 64 {
            let counter = (0..<8).map { UInt8(truncatingIfNeeded: block >> (8 * $0)) }
            var start = Salsa20(key: key, input: nonce + counter)
            var state = start
            state.shuffle()
            for place in 0..<16 {
                put(state.words[place] &+ start.words[place], in: &stream, at: 64 * block + 4 * place)
            }
            start.wipe()
            state.wipe()
        }
        return stream
    }

    /// Twenty rounds, in ten pairs of one over the columns and one over the rows.
    private mutating func shuffle() {
        for _ in 0..<10 {
            quarter(0, 4, 8, 12)
            quarter(5, 9, 13, 1)
            quarter(10, 14, 2, 6)
            quarter(15, 3, 7, 11)
            quarter(0, 1, 2, 3)
            quarter(5, 6, 7, 4)
            quarter(10, 11, 8, 9)
            quarter(15, 12, 13, 14)
        }
    }

    private mutating func quarter(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        words[b] ^= Self.turned(words[a] &+ words[d], 7)
        words[c] ^= Self.turned(words[b] &+ words[a], 9)
        words[d] ^= Self.turned(words[c] &+ words[b], 13)
        words[a] ^= Self.turned(words[d] &+ words[c], 18)
    }

    private mutating func wipe() {
        words.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    private static func turned(_ word: UInt32, _ places: UInt32) -> UInt32 {
        word << places | word >> (32 - places)
    }

    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
    }

    private static func put(_ word: UInt32, in bytes: inout [UInt8], at start: Int) {
        for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(place))) }
    }
}
