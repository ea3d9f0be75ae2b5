import OCI
import ReleaseSet
import Trust

/// Judges the files of a release: by their companions, by statements about them, and by the lists that name them.
struct FileProof {
    let release: ReleaseEvidence
    let trust: VendorTrust
    private let evidence: FileEvidence
    private let statements: [FoundEvidence]
    private let lists: [ChecksumProof]
    /// By the file in which it lies, what is about nothing in the release or cannot be read.
    private let stray: [FileName: [FoundEvidence]]
    private let read: (Digest) throws -> [UInt8]
    /// A list is judged once for each policy that some file goes by.
    private var judged: [Question: [EvidenceVerdict]] = [:]

    private struct Question: Hashable {
        let list: FileName
        let policy: VendorPolicy?
    }

    /// - Parameter carried: what the images' signatures and attestations are, which may speak of files too.
    init(
        _ release: ReleaseEvidence, trust: VendorTrust, evidence: FileEvidence, carried: [FoundEvidence],
        reading read: @escaping (Digest) throws -> [UInt8],
    ) throws {
        self.release = release
        self.trust = trust
        self.evidence = evidence
        self.read = read
        statements = evidence.statements + carried
        let known = Set(release.files.map(\.digest.hex) + release.artifacts.map(\.digest.hex))
        stray = evidence.lines.mapValues { found in
            found.filter { known.isDisjoint(with: $0.claimedContents) }
        }.filter { !$0.value.isEmpty }
        let files = release.files.filter { ReleaseParts.isChecksumList($0.name) }
        lists = try files.compactMap { file in
            try ChecksumProof(
                file, own: evidence.companions[file.name] ?? [],
                foreign: files.filter { $0 != file }.flatMap { evidence.companions[$0.name] ?? [] },
                reading: read)
        }
    }

    mutating func verdicts() throws -> [ObjectVerdict] {
        var verdicts: [ObjectVerdict] = []
        for file in release.files where !isMereProof(file) || stray[file.name] != nil {
            verdicts.append(try verdict(of: file))
        }
        return verdicts
    }

    /// Whether a policy calls the file by its name, so that it is more than evidence to whoever wrote the policy.
    private func isAskedFor(_ file: ReleaseEvidence.File) -> Bool {
        trust.policies.contains { $0.names(.file, file.name.text) }
    }

    /// A pattern that fits a proof's name does not ask for the proof of a proof.
    private func isMereProof(_ file: ReleaseEvidence.File) -> Bool {
        evidence.proofs.contains(file.name) && !isAskedFor(file)
    }

    private func judge(_ policy: VendorPolicy?) -> EvidenceJudge {
        EvidenceJudge(trust, for: release.judged, policy: policy)
    }

    private mutating func verdicts(on list: ChecksumProof, _ policy: VendorPolicy?) -> [EvidenceVerdict] {
        let question = Question(list: list.file.name, policy: policy)
        if let known = judged[question] { return known }
        let verdicts = list.verdicts(judge(policy))
        judged[question] = verdicts
        return verdicts
    }

    /// Lines of the checksum files that accepted signatures cover.
    mutating func signedLines() -> [SignedLine] {
        var lines: [SignedLine] = []
        for list in lists {
            guard let policy = trust.policy(for: .file, list.file.name.text) else { continue }
            let signed = verdicts(on: list, policy).compactMap { verdict -> Int? in
                switch verdict.state {
                case .verified: list.list.bytes.count
                case .verifiedPrefix: verdict.prefix?.signedBytes
                default: nil
                }
            }.max()
            for entry in list.list.entries where entry.end <= signed ?? 0 {
                lines.append(SignedLine(list: list.file.name, line: entry.line, name: entry.name))
            }
        }
        return lines
    }

    private mutating func verdict(of file: ReleaseEvidence.File) throws -> ObjectVerdict {
        let policy = isMereProof(file) ? nil : trust.policy(for: .file, file.name.text)
        let judge = judge(policy)
        var verdicts: [EvidenceVerdict] = []
        if let list = lists.first(where: { $0.file == file }) {
            for verdict in self.verdicts(on: list, policy) {
                if let verdict = reassigned(verdict, from: list) { verdicts.append(verdict) }
            }
        } else {
            let companions = evidence.companions[file.name] ?? []
            verdicts = try companions.isEmpty ? [] : judged(companions, of: file, judge)
        }
        let about = statements.filter { found in
            found.claimedContents.contains(file.digest.hex)
                && !(evidence.companions[file.name] ?? []).contains { $0.name == found.name }
        }
        verdicts += about.map { found in
            judge.verdict(on: found, over: file.digest.artifact, statementsCount: true)
        }
        verdicts += (stray[file.name] ?? []).map { judge.verdict(onStray: $0) }
        let (listing, absence) = listing(of: file, policy)
        if let listing { verdicts.append(listing) }
        return ObjectVerdict(
            .file, file.name.text, file.digest, isRequired: policy != nil, policy: policy, evidence: verdicts,
            absence: absence)
    }

    private func judged(
        _ companions: [FoundEvidence], of file: ReleaseEvidence.File, _ judge: EvidenceJudge
    ) throws -> [EvidenceVerdict] {
        // Only a key that hashes by itself needs the bytes; files beyond the limit go by their digest.
        let artifact =
            file.size <= ReleaseEvidence.blobLimit
            ? Artifact(bytes: try read(file.digest)) : file.digest.artifact
        return companions.map { found in
            let verdict = judge.verdict(on: found, over: artifact, statementsCount: true)
            guard case .success(let evidence) = found.reading else { return verdict }
            return verdict.bareUnless(judge, evidence)
        }
    }

    /// Returns `nil` for a signature that another list lists as its own evidence. One that holds over another list, but
    /// proves nothing there, is not invalid either: two lists of one name exchange their signatures easily.
    private mutating func reassigned(_ verdict: EvidenceVerdict, from list: ChecksumProof) -> EvidenceVerdict?
    {
        guard verdict.state == .invalid else { return verdict }
        for other in lists where other.file != list.file {
            let policy = trust.policy(for: .file, other.file.name.text)
            let isItsOwn = verdicts(on: other, policy).contains {
                $0.name == verdict.name && ($0.state == .verified || $0.state == .verifiedPrefix)
            }
            if isItsOwn { return nil }
            guard other.isSigned(by: verdict.name, judge(policy)) else { continue }
            var kept = verdict
            kept.state = .unverifiableOffline
            kept.reason = OfflineReason.otherObject.rawValue
            kept.text = "\(verdict.name): signs \(other.file.name), not \(list.file.name)"
            return kept
        }
        return verdict
    }

    /// What the lists prove of a file, and what there is to say where they prove nothing.
    private mutating func listing(
        of file: ReleaseEvidence.File, _ policy: VendorPolicy?
    ) -> (EvidenceVerdict?, absence: String) {
        var unsigned: EvidenceVerdict?
        var absence = "in no checksum file"
        for list in lists where list.file != file {
            guard let entry = list.list.entries.first(where: { $0.name == file.name }),
                entry.digest == file.digest
            else { continue }
            let line = "\(list.file.name) line \(entry.line)"
            absence = "in \(list.file.name), which no verified signature covers"
            // A list proves a file to whoever asks for its signers; where nobody asks, to whoever asks for the list's.
            guard let policy = policy ?? trust.policy(for: .file, list.file.name.text) else { continue }
            for verdict in verdicts(on: list, policy)
            where verdict.state == .verified || verdict.state == .verifiedPrefix {
                guard let end = verdict.prefix?.signedBytes, end < entry.end else {
                    return (
                        EvidenceVerdict(
                            line, .listing, .verified, format: verdict.format, signature: verdict.signature),
                        absence
                    )
                }
                unsigned = EvidenceVerdict(
                    line, .listing, .unverifiableOffline, reason: OfflineReason.signedBeforeAppend.rawValue,
                    text: "\(line): was added behind what \(verdict.name) covers", format: verdict.format,
                    signature: verdict.signature)
            }
        }
        return (unsigned, absence)
    }
}

extension Digest {
    /// What a signature of content with this digest is over.
    var artifact: Artifact { Artifact(sha256: sha256) }

    private var sha256: [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
