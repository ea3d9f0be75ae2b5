import OCI
import ReleaseSet
import Trust

/// The release files that prove other files, told apart from those that are to be proved.
///
/// The name says only for which file a companion is tried; what it is, its content says.
struct FileEvidence: Sendable {
    /// By the file that they stand beside.
    private(set) var companions: [FileName: [FoundEvidence]] = [:]
    /// Statements, which say themselves what they are about.
    private(set) var statements: [FoundEvidence] = []
    /// What lies in files of bundles, by the file.
    private(set) var lines: [FileName: [FoundEvidence]] = [:]
    /// Files that are evidence and nothing else: what was read as such, unless it has evidence of its own.
    private(set) var proofs: Set<FileName> = []

    init(_ files: [ReleaseEvidence.File], reading read: (Digest) throws -> [UInt8]) throws {
        let byName = Dictionary(files.map { ($0.name.text, $0) }) { first, _ in first }
        for file in files {
            if file.name.text.hasSuffix(BundleLines.ending) {
                try addLines(of: file, reading: read)
            } else if let base = Self.base(of: file, in: byName) {
                try add(file, beside: base, byName, reading: read)
            }
        }
        proofs.subtract(companions.keys)
    }

    /// The file that a companion's name names, if that is there.
    private static func base(
        of file: ReleaseEvidence.File, in byName: [String: ReleaseEvidence.File]
    ) -> ReleaseEvidence.File? {
        for ending in [".sigstore.json", ".bundle", ".sig"] where file.name.text.hasSuffix(ending) {
            return byName[String(file.name.text.dropLast(ending.utf8.count))]
        }
        return nil
    }

    private mutating func add(
        _ file: ReleaseEvidence.File, beside base: ReleaseEvidence.File,
        _ byName: [String: ReleaseEvidence.File], reading read: (Digest) throws -> [UInt8],
    ) throws {
        let name = file.name.text
        proofs.insert(file.name)
        guard file.size <= ReleaseEvidence.blobLimit else {
            companions[base.name, default: []].append(
                FoundEvidence(name, aboutImage: false) { () throws(EvidenceFault) in
                    throw EvidenceFault(
                        .format, "\(name): has \(file.size) bytes", state: .unverifiableOffline)
                })
            return
        }
        let bytes = try read(file.digest)
        let isJSON = bytes.first { ![0x09, 0x0A, 0x0D, 0x20].contains($0) } == UInt8(ascii: "{")
        let certificate = isJSON ? nil : byName[base.name.text + ".pem"]
        let pem = try certificate.flatMap { file in
            file.size <= ReleaseEvidence.blobLimit ? try read(file.digest) : nil
        }
        let found = FoundEvidence(name, aboutImage: false) { () throws(EvidenceFault) in
            isJSON
                ? try SignedEvidence(json: bytes, name: name)
                : try SignedEvidence(signature: bytes, certificate: pem, name: name)
        }
        // A certificate says nothing by itself, and what only has the name of one says nothing at all.
        if case .success = found.reading, let certificate, pem != nil { proofs.insert(certificate.name) }
        companions[base.name, default: []].append(found)
        if !found.claimedSubjects.isEmpty { statements.append(found) }
    }

    /// A file of bundles, one on each line; a file of other lines is a file like any.
    private mutating func addLines(
        of file: ReleaseEvidence.File, reading read: (Digest) throws -> [UInt8]
    ) throws {
        guard file.size <= BundleLines.sizeLimit, let bundles = BundleLines(try read(file.digest)) else {
            return
        }
        proofs.insert(file.name)
        let found = bundles.lines.map { line in
            let name =
                bundles.lines.count == 1 ? file.name.text : "\(file.name), line \(line.number)"
            return FoundEvidence(name, aboutImage: false) { () throws(EvidenceFault) in
                try SignedEvidence(json: line.bytes, name: name)
            }
        }
        lines[file.name] = found
        statements += found
    }
}
