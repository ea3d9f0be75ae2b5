import OCI
import ReleaseSet
import Trust

/// Collects what verified objects of a release say about its version.
struct VersionReading {
    private let release: ReleaseEvidence
    private let objects: [ObjectVerdict]
    /// Repositories of the vendor, as accepted certificates name them.
    private let repositories: Set<SourceLocation>
    private(set) var evidence: VersionEvidence

    /// - Parameters:
    ///   - objects: verdicts on everything in the release.
    ///   - lines: file names in lines of checksum files that accepted signatures cover.
    ///   - read: the bytes of a blob that the release names.
    init(
        _ release: ReleaseEvidence, objects: [ObjectVerdict], lines: [SignedLine],
        reading read: (Digest) throws -> [UInt8],
    ) throws {
        self.release = release
        // Signers of further images have versions of their own.
        self.objects = objects.filter { [.image, .chart, .file].contains($0.kind) }
        repositories = Self.repositories(of: self.objects, commit: release.commit)
        evidence = VersionEvidence(of: release.version)
        readSignatures()
        readNames(lines)
        try readLabels(read)
    }

    /// Source repositories of accepted certificates for the commit of the release; of all accepted ones where none is.
    private static func repositories(of objects: [ObjectVerdict], commit: String) -> Set<SourceLocation> {
        let identities = objects.flatMap(\.acceptedSignatures).compactMap { _, signature in
            if case .identity(let identity, _) = signature.signer { identity } else { nil }
        }
        let ofCommit = identities.filter { $0[.sourceDigest] == commit }
        return Set(
            (ofCommit.isEmpty ? identities : ofCommit).compactMap { identity in
                identity[.sourceRepository].map(SourceLocation.init)
            })
    }

    private mutating func readSignatures() {
        for object in objects {
            let name = "\(object.kind.rawValue) \(object.name)"
            for (verdict, signature) in object.acceptedSignatures {
                if case .identity(let identity, _) = signature.signer { readTag(of: identity, name) }
                guard let statement = signature.statement else { continue }
                for reference in ProvenanceReference.all(in: statement, knowing: repositories) {
                    evidence.add(reference.version, .provenance, of: "\(name), \(verdict.name)")
                }
            }
        }
    }

    private mutating func readTag(of identity: CertificateIdentity, _ object: String) {
        let prefix = "refs/tags/"
        guard let ref = identity[.sourceRef], ref.hasPrefix(prefix) else { return }
        let tag = String(ref.dropFirst(prefix.count))
        guard let repository = identity[.sourceRepository].map(SourceLocation.init),
            repositories.contains(repository)
        else {
            return evidence.ignore(
                tag, .certificate, of: object,
                because: "is a tag of \(identity[.sourceRepository] ?? "an unknown repository")")
        }
        evidence.add(tag, .certificate, of: object)
    }

    private mutating func readNames(_ lines: [SignedLine]) {
        let charts = release.artifacts.filter { $0.role == .chart }.map { $0.repository.lastComponent }
        for line in lines {
            guard let version = line.version(ofCharts: charts) else { continue }
            evidence.add(version, .checksums, of: "\(line.list) line \(line.line)")
        }
    }

    private mutating func readLabels(_ read: (Digest) throws -> [UInt8]) throws {
        for object in objects where object.kind == .image && object.state == .verified {
            let artifact = release.artifacts.first { $0.role == .image && $0.digest == object.digest }
            for config in artifact?.configs ?? [] {
                let name = "image \(object.name)" + (config.platform.map { " \($0)" } ?? "")
                guard config.descriptor.size <= ImageLabels.configLimit else {
                    evidence.ignore(
                        "", .label, of: name, because: "its config has \(config.descriptor.size) bytes")
                    continue
                }
                let labels = ImageLabels(config: try read(config.descriptor.digest))
                guard let version = labels.version else { continue }
                if let reason = labels.fault(repositories: repositories, commit: release.commit) {
                    evidence.ignore(version, .label, of: name, because: reason)
                } else {
                    evidence.add(version, .label, of: name)
                }
            }
        }
    }
}

/// Address of a source repository, without the parts in which spellings of one address differ.
struct SourceLocation: Hashable, Sendable {
    let text: String

    init(_ text: String) {
        var text = text[...]
        if text.hasPrefix("git+") { text = text.dropFirst(4) }
        if text.hasSuffix("/") { text = text.dropLast() }
        if text.hasSuffix(".git") { text = text.dropLast(4) }
        self.text = String(text)
    }
}

extension ObjectVerdict {
    /// Signatures and attestations by a signer whom the policy for the object accepts.
    fileprivate var acceptedSignatures: [(EvidenceVerdict, VerifiedSignature)] {
        evidence.compactMap { verdict in
            guard verdict.role != .listing, verdict.state == .verified || verdict.state == .verifiedPrefix
            else { return nil }
            return verdict.signature.map { (verdict, $0) }
        }
    }
}
