import LibCrypto
import StrictJSON

/// The size and root that a log has signed.
///
/// Only a checkpoint whose note the log's own key has signed hands them out.
///
/// C2SP tlog-checkpoint.
struct Checkpoint: Equatable {
    let origin: String
    let size: Int64
    let root: [UInt8]

    /// Reads the note and checks it under the log's key.
    ///
    /// A log of the second generation signs as the host that the trusted root names. One of the first signs under a
    /// name of its own choice, and is known by the identity of its key alone.
    init(_ bytes: [UInt8], by log: TrustedLog, isSecondGeneration: Bool) throws(EvidenceFault) {
        let note = try SignedNote(bytes)
        let read = try Checkpoint(text: note.text)
        if isSecondGeneration, !read.origin.hasBytes(of: log.host) {
            throw Self.fault("expected the origin \(log.host), found \(quoted(read.origin))")
        }
        try Self.checkSignatures(of: note, by: log, name: isSecondGeneration ? log.host : nil)
        self = read
    }

    private static func checkSignatures(
        of note: SignedNote, by log: TrustedLog, name: String?
    ) throws(EvidenceFault) {
        var isSigned = false
        for line in note.lines where name.map({ $0.hasBytes(of: line.name) }) ?? true {
            guard line.keyID == log.noteKeyID(name: line.name) else { continue }
            guard log.key.isValid(signature: line.signature, over: note.text) else {
                throw fault("the signature of \(log.name) does not fit its text")
            }
            isSigned = true
        }
        guard isSigned else {
            throw fault(
                "expected a signature of \(log.name), found \(note.lines.count) by other keys: "
                    + note.lines.prefix(4).map { quoted($0.name) }.joined(separator: ", "))
        }
    }

    /// Reads the three lines that every checkpoint begins with; what follows is the log's own.
    init(text: [UInt8]) throws(EvidenceFault) {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }) else {
            throw Self.fault("expected lines of origin, size and root, found \(lines.count) lines")
        }
        origin = lines[0]
        guard let size = Self.decimal(lines[1]) else {
            throw Self.fault("expected a size in its second line, found \(quoted(lines[1]))")
        }
        self.size = size
        do throws(Base64Error) {
            root = try Base64.decode(lines[2])
        } catch {
            throw Self.fault("expected a root hash in its third line, found \(quoted(lines[2]))")
        }
        guard root.count == SHA256.byteCount else {
            throw Self.fault("expected a root hash of \(SHA256.byteCount) bytes, found \(root.count)")
        }
    }

    private static func decimal(_ text: String) -> Int64? {
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.count == 1 || text.utf8.first != 0x30
        else { return nil }
        return Int64(text)
    }

    private static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.checkpoint, "the checkpoint: \(text)")
    }
}
