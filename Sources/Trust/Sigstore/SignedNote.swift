import LibCrypto
import StrictJSON

/// A text and the signature lines below it.
///
/// Lines of keys that nobody here knows are other people's business and are passed over; a line of a known key must
/// verify.
///
/// C2SP signed-note.
struct SignedNote {
    struct Line {
        let name: String
        let keyID: [UInt8]
        let signature: [UInt8]
    }

    /// All that is signed, with its final newline.
    let text: [UInt8]
    let lines: [Line]

    private static let dash = [UInt8]("\u{2014} ".utf8)
    private static let newline = UInt8(ascii: "\n")
    static let byteLimit = 1 << 20
    static let lineLimit = 100

    init(_ bytes: [UInt8]) throws(EvidenceFault) {
        guard bytes.count <= Self.byteLimit, bytes.last == Self.newline,
            bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0a })
        else { throw Self.fault("expected lines of text, the last one ended too") }
        // The last empty line parts the text from the signatures.
        guard
            let split = bytes.indices.dropFirst().last(where: { bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a })
        else { throw Self.fault("expected an empty line before the signatures, found none") }
        text = Array(bytes[..<split])
        let below = bytes[(split + 1)...].split(separator: Self.newline, omittingEmptySubsequences: false)
            .dropLast()
        guard !below.isEmpty, below.count <= Self.lineLimit else {
            throw Self.fault("expected 1 to \(Self.lineLimit) signature lines, found \(below.count)")
        }
        var lines: [Line] = []
        for line in below { lines.append(try Self.line(line)) }
        self.lines = lines
    }

    private static func line(_ line: ArraySlice<UInt8>) throws(EvidenceFault) -> Line {
        let parts = line.dropFirst(dash.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard line.starts(with: dash), parts.count == 2, !parts[0].isEmpty else {
            throw fault("a signature line is not a dash, a name and base64")
        }
        do throws(Base64Error) {
            let bytes = try Base64.decode(String(decoding: parts[1], as: UTF8.self))
            guard bytes.count > 4 else { throw Base64Error.length }
            return Line(
                name: String(decoding: parts[0], as: UTF8.self), keyID: Array(bytes.prefix(4)),
                signature: Array(bytes.dropFirst(4)))
        } catch {
            throw fault("a signature line is not a dash, a name and base64")
        }
    }

    private static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.checkpoint, "the checkpoint: \(text)")
    }
}
