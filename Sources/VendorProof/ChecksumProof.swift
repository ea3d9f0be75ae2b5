import OCI
import ReleaseSet
import Trust

/// What signatures say of a list of checksums, which is often longer than when it was signed.
///
/// A signature over the beginning of the list, up to a line break, is one of those lines and of nothing else.
struct ChecksumProof: Sendable {
    let file: ReleaseEvidence.File
    let list: ChecksumList
    /// What stands beside this list by its name.
    let own: [FoundEvidence]
    /// What stands beside the other lists: two lists of one name lose their signatures to each other.
    let foreign: [FoundEvidence]
    /// The bytes behind each line break.
    private let lineEnds: [Int]

    private static let lineLimit = 1024

    init?(
        _ file: ReleaseEvidence.File, own: [FoundEvidence], foreign: [FoundEvidence],
        reading read: (Digest) throws -> [UInt8],
    ) throws {
        guard file.size <= Int64(ChecksumList.sizeLimit) else { return nil }
        let bytes = try read(file.digest)
        // A list that cannot be read is told of where the release is judged as a set.
        guard let list = try? ChecksumList(bytes, document: file.name.text) else { return nil }
        self.file = file
        self.list = list
        self.own = own
        self.foreign = foreign
        lineEnds = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    private var lineCount: Int { lineEnds.count + (lineEnds.last ?? 0 < list.bytes.count ? 1 : 0) }

    func verdicts(_ judge: EvidenceJudge) -> [EvidenceVerdict] {
        own.map { verdict(on: $0, judge) }
            + foreign.map { verdict(on: $0, judge) }.filter {
                $0.state == .verified || $0.state == .verifiedPrefix
            }
    }

    /// Returns `true` if a signature that is named for another list holds over this one or its first lines, whoever signed.
    func isSigned(by name: String, _ judge: EvidenceJudge) -> Bool {
        foreign.contains { $0.name == name && verdict(on: $0, judge).signature != nil }
    }

    private func verdict(on found: FoundEvidence, _ judge: EvidenceJudge) -> EvidenceVerdict {
        let whole = judge.verdict(on: found, over: Artifact(bytes: list.bytes), statementsCount: true)
        guard case .success(let evidence) = found.reading, case .message = evidence.content,
            whole.state == .invalid, whole.signature == nil
        else { return whole }
        for (number, end) in lineEnds.prefix(Self.lineLimit).enumerated().reversed()
        where end < list.bytes.count {
            var part = judge.verdict(
                on: found, over: Artifact(bytes: Array(list.bytes[..<end])), statementsCount: true)
            guard part.signature != nil || part.state == .unverifiableOffline else { continue }
            let prefix = EvidenceVerdict.Prefix(
                signedBytes: end, signedLines: number + 1, totalLines: lineCount)
            let lines = "covers lines 1 to \(number + 1) of \(lineCount) and not what stands behind them"
            part.text = part.text.map { "\($0); it \(lines)" } ?? "\(found.name): \(lines)"
            return part.covering(prefix)
        }
        return whole.bareUnless(judge, evidence)
    }
}

extension EvidenceVerdict {
    /// The same, of a part of the file.
    fileprivate func covering(_ prefix: Prefix) -> EvidenceVerdict {
        var verdict = EvidenceVerdict(
            name, role, state == .verified ? .verifiedPrefix : state, reason: reason, text: text,
            format: format,
            signature: signature, prefix: prefix)
        verdict.isStranger = isStranger
        return verdict
    }

    /// A signature without a certificate that fits no key: where certificates are accepted it may be one whose certificate
    /// is not there, and nobody can tell.
    func bareUnless(_ judge: EvidenceJudge, _ evidence: SignedEvidence) -> EvidenceVerdict {
        guard state == .invalid, signature == nil, case .unnamed = evidence.signer,
            evidence.format == .detached,
            judge.signers?.contains(where: { if case .identity = $0 { true } else { false } }) ?? true
        else { return self }
        return EvidenceVerdict(
            name, role, .unverifiableOffline, reason: OfflineReason.noCertificate.rawValue,
            text:
                "\(name): fits no key that is asked for, and the certificate that it may be of is not in the release",
            format: format)
    }
}
