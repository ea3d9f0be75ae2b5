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
            isRequired: artifact.role == .image || policy != nil, policy: policy,
            evidence: verdicts(on: (found[place] ?? []) + about, of: artifact.digest, policy),
            absence: "no signature of it is in the release")
    }

    private func verdicts(
        on found: [FoundEvidence], of digest: Digest, _ policy: VendorPolicy?
    ) -> [EvidenceVerdict] {
        let judge = EvidenceJudge(trust, version: release.version.text, policy: policy)
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
