import OCI
import ReleaseSet
import Trust

/// Judges images and charts, and what lies inside of them or beside them with evidence of its own.
struct ArtifactProof {
    private struct Place: Hashable {
        let repository: RepositoryName
        let subject: Digest
    }

    let release: ReleaseEvidence
    let trust: VendorTrust
    private let found: [Place: [FoundEvidence]]
    private let statements: [FoundEvidence]

    /// - Parameter statements: those among the release files, which may speak of images too.
    init(
        _ release: ReleaseEvidence, trust: VendorTrust, statements: [FoundEvidence],
        reading read: (Digest) throws -> [UInt8],
    ) throws {
        self.release = release
        self.trust = trust
        self.statements = statements
        var found: [Place: [FoundEvidence]] = [:]
        for carrier in release.carriers {
            let place = Place(repository: carrier.repository, subject: carrier.subject)
            found[place, default: []] += try carrier.evidence(reading: read)
        }
        self.found = found
    }

    /// Everything that was found, whatever it is about.
    var carried: [FoundEvidence] { found.values.flatMap(\.self) }

    func verdicts() -> [ObjectVerdict] {
        release.artifacts.map(verdict) + partVerdicts()
    }

    private func verdict(of artifact: ReleaseEvidence.Artifact) -> ObjectVerdict {
        let place = Place(repository: artifact.repository, subject: artifact.digest)
        let about = statements.filter { $0.claimedSubjects.contains(artifact.digest.hex) }
        let policy = policy(for: artifact)
        return ObjectVerdict(
            artifact.role.objectKind, artifact.name, artifact.digest,
            isRequired: policy != nil || isRequired(artifact.role), policy: policy,
            evidence: verdicts(on: (found[place] ?? []) + about, of: artifact.digest, policy).map {
                named($0, artifact)
            },
            absence: "no signature of it is in the release")
    }

    /// A chart is called after the place of the first image, so where charts are asked for, no name may let it through.
    private func isRequired(_ role: ReleaseEvidence.Artifact.Role) -> Bool {
        switch role {
        case .image: true
        case .extraImage: false
        case .chart: trust.policies.contains { $0.speaks(of: .chart) }
        }
    }

    /// A good signature that calls the content another image of the release does not say that it is this one.
    private func named(_ verdict: EvidenceVerdict, _ artifact: ReleaseEvidence.Artifact) -> EvidenceVerdict {
        let names = Set((verdict.signature?.names(of: artifact.digest) ?? []).map { Array($0.utf8) })
        guard verdict.state == .verified, !names.contains(Array(artifact.name.utf8)),
            let other = release.artifacts.first(where: { names.contains(Array($0.name.utf8)) })
        else { return verdict }
        var verdict = verdict
        verdict.state = .unverifiableOffline
        verdict.reason = OfflineReason.otherName.rawValue
        verdict.text = "\(verdict.name): is of this content as \(other.name), another one of the release"
        return verdict
    }

    private func verdicts(
        on found: [FoundEvidence], of digest: Digest, _ policy: VendorPolicy?
    ) -> [EvidenceVerdict] {
        let judge = EvidenceJudge(trust, for: release.judged, policy: policy)
        return found.map { judge.verdict(on: $0, over: digest.artifact, statementsCount: false) }
    }

    private func policy(for artifact: ReleaseEvidence.Artifact) -> VendorPolicy? {
        trust.policy(for: artifact.role == .chart ? .chart : .image, artifact.name)
    }

    /// A platform's manifest, say, or an attestation that is itself signed. It stands for nothing else, and what is wrong
    /// with its evidence is told all the same.
    private func partVerdicts() -> [ObjectVerdict] {
        let whole = Set(release.artifacts.map { Place(repository: $0.repository, subject: $0.digest) })
        let parts = found.filter { !whole.contains($0.key) && !$0.value.isEmpty }
        let sorted = parts.sorted {
            ($0.key.repository.text, $0.key.subject) < ($1.key.repository.text, $1.key.subject)
        }
        return sorted.map { place, found in
            let artifact = release.artifacts.first { $0.repository == place.repository }
            let policy = artifact.flatMap(policy)
            return ObjectVerdict(
                .part, "\(artifact?.name ?? place.repository.text)@\(place.subject)", place.subject,
                isRequired: false,
                policy: policy, evidence: verdicts(on: found, of: place.subject, policy),
                absence: "no signature of it is in the release")
        }
    }
}

extension ReleaseEvidence.Artifact.Role {
    fileprivate var objectKind: ObjectVerdict.Kind {
        switch self {
        case .image: .image
        case .extraImage: .extraImage
        case .chart: .chart
        }
    }
}

extension VerifiedSignature {
    /// What the signer called the content with this digest; nothing where no name was given.
    fileprivate func names(of digest: Digest) -> [String] {
        if let payload { return payload.repository.map { [$0] } ?? [] }
        let subjects = statement?.subjects ?? []
        return subjects.filter { $0.digests["sha256"] == digest.hex }.compactMap(\.name)
    }
}
