import StrictJSON
import Testing

/// A small generator with a fixed seed, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct MutationTests {
    private static let documents = [
        #"{"schemaVersion":2,"mediaType":"application/json","manifests":[{"digest":"sha256:00","size":7}]}"#,
        #"{"images":[{"name":"a\u0041\ud83d\ude00","sbom":{"p":[1,2.5e-3,true,false,null,"é€😀"]}}],"x":{"y":[[],{}]}}"#,
        #"{"a1":1,"a2":2,"a3":3,"a4":4,"a5":5,"a6":6,"a7":7,"a8":8,"a9":9,"b1":1,"b2":2,"\u0062\n3":"\\\"\/"}"#,
    ]

    @Test(arguments: documents.indices)
    func `a damaged document is read or refused, and what is read can be written and read again`(
        document: Int
    ) throws {
        var random = SplitMix(state: UInt64(document) + 1)
        let good = Array(Self.documents[document].utf8)
        let interesting: [UInt8] =
            Array("{}[]\",:\\u0\u{0}-+.eE truefalsn/".utf8) + [0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        let limits = JSONLimits(bytes: 10_000, values: 100, depth: 8, stringBytes: 100)
        for _ in 0..<4000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                let byte = interesting.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[position] = byte
                case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.insert(byte, at: position)
                case 3: bytes.remove(at: position)
                default: bytes.removeSubrange(position..<min(bytes.count, position + 9))
                }
                if bytes.isEmpty { bytes = [byte] }
            }
            let elision = Bool.random(using: &random) ? Elision(under: "images") : nil
            do throws(JSONError) {
                let value = try StrictJSON.parse(bytes, name: "d", limits: limits, eliding: elision)
                guard elision == nil else { continue }
                let again = try StrictJSON.parse(value.pretty(), name: "d", limits: JSONLimits(bytes: 20_000))
                #expect(again == value)
            } catch {
                #expect(error.reason.hasPrefix("json."))
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test(arguments: documents)
    func `every true beginning of a document is refused`(document: String) {
        let bytes = Array(document.utf8)
        for length in bytes.indices {
            #expect(throws: JSONError.self) {
                try StrictJSON.parse(Array(bytes[..<length]), name: "d", limits: JSONLimits(bytes: 10_000))
            }
        }
    }
}
