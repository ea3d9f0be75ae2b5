package import OCI
import ReleaseSet
package import Trust

/// What is known of the origin of everything in a release, and whether that is enough.
package struct VendorReport: Sendable {
    /// Something that stops, or that is only told.
    package struct Note: Hashable, Sendable {
        /// The stable word.
        package let reason: String
        /// One lowercase clause that names the object.
        package let message: String
        /// Whether it is a waiver's doing and no object's.
        package var isAboutWaiver: Bool {
            ["vendor.waived", "policy.expired", "policy.unused"].contains(reason)
        }
    }

    package struct WaiverUse: Hashable, Sendable {
        package let waiver: Waiver
        /// The objects that went through by it.
        package let objects: [String]
        package let isOver: Bool
    }

    package let version: String
    /// Whether anything was verified; otherwise every object says why not.
    package let isChecked: Bool
    package let objects: [ObjectVerdict]
    /// Why this release is not to be used. Nothing lets a bad signature pass.
    package let refusals: [Note]
    package let warnings: [Note]
    package let waivers: [WaiverUse]
    /// The files by which it was decided whom to believe.
    package let trusted: [TrustedFile]
    /// Evidence of the version in signed bytes; `nil` if nothing was verified.
    package let versionEvidence: VersionEvidence?
    package let exceptions: ExceptionReview

    /// Verifies everything, offline.
    ///
    /// - Parameters:
    ///   - now: waivers and vulnerability exceptions are compared with it.
    ///   - read: the bytes of a blob that the release or one of its carriers names.
    package init(
        _ release: ReleaseEvidence, trust: VendorTrust, now: Timestamp,
        reading read: @escaping (Digest) throws -> [UInt8],
    ) throws {
        let files = try FileEvidence(release.files, reading: read)
        let artifacts = try ArtifactProof(
            release, trust: trust, statements: files.statements, reading: read)
        var fileProof = try FileProof(
            release, trust: trust, evidence: files, carried: artifacts.carried, reading: read)
        var outcome = Outcome(trust.waivers, now: now)
        let objects = try artifacts.verdicts() + fileProof.verdicts()
        let version = try VersionReading(
            release, objects: objects, lines: fileProof.signedLines(), reading: read
        ).evidence
        versionEvidence = version
        self.objects = objects.map { outcome.judged($0) }
        self.version = release.version.text
        isChecked = true
        trusted = trust.files
        exceptions = ExceptionReview(release.exceptions, now: now)
        let isExpiryFatal = trust.onExpiredException == .stop
        refusals = outcome.refusals + version.refusals + (isExpiryFatal ? exceptions.expired : [])
        waivers = outcome.uses
        warnings =
            outcome.warnings + version.warnings(commit: release.commit)
            + (isExpiryFatal ? [] : exceptions.expired) + outcome.waiverWarnings
    }

    /// The report of a release that nothing was verified of, because nobody said whom to trust.
    package init(unchecked release: ReleaseEvidence, now: Timestamp) {
        version = release.version.text
        isChecked = false
        let artifacts = release.artifacts.map { artifact in
            ObjectVerdict(
                unchecked: artifact.role == .chart ? .chart : artifact.role == .image ? .image : .extraImage,
                artifact.name, artifact.digest)
        }
        objects = artifacts + release.files.map { ObjectVerdict(unchecked: .file, $0.name.text, $0.digest) }
        exceptions = ExceptionReview(release.exceptions, now: now)
        refusals = []
        warnings = exceptions.expired
        waivers = []
        trusted = []
        versionEvidence = nil
    }

    package func count(of state: ProofState) -> Int { objects.filter { $0.state == state }.count }
}

extension ObjectVerdict {
    fileprivate init(unchecked kind: Kind, _ name: String, _ digest: Digest) {
        self.init(kind, name, digest, isRequired: false, policy: nil, evidence: [], absence: "")
        state = .unverifiableOffline
        reason = OfflineReason.noRoot.rawValue
        text = "not checked"
    }
}

/// Whether what is known of the objects is enough.
private struct Outcome {
    private let given: [Waiver]
    private let now: Timestamp
    private var used: [Int: [String]] = [:]
    private(set) var refusals: [VendorReport.Note] = []
    private(set) var warnings: [VendorReport.Note] = []

    init(_ waivers: [Waiver], now: Timestamp) {
        given = waivers
        self.now = now
    }

    var uses: [VendorReport.WaiverUse] {
        given.enumerated().map { number, waiver in
            VendorReport.WaiverUse(
                waiver: waiver, objects: used[number] ?? [], isOver: waiver.isOver(at: now))
        }
    }

    var waiverWarnings: [VendorReport.Note] {
        uses.filter { $0.objects.isEmpty }.map { use in
            let object = use.waiver.object
            return use.isOver
                ? VendorReport.Note(
                    reason: "policy.expired",
                    message:
                        "the waiver of \(object) has been over since \(use.waiver.until): \(use.waiver.reason)"
                )
                : VendorReport.Note(
                    reason: "policy.unused",
                    message: "the waiver of \(object) was not needed: \(use.waiver.reason)")
        }
    }

    mutating func judged(_ object: ObjectVerdict) -> ObjectVerdict {
        let name = "\(object.kind.rawValue) \(object.name)"
        switch object.state {
        case .verified, .waived:
            return object
        case .invalid:
            refusals.append(
                VendorReport.Note(
                    reason: object.reason ?? EvidenceReason.format.rawValue,
                    message: "\(name): invalid: \(object.text ?? "")"))
            return object
        case .verifiedPrefix, .unverifiableOffline, .absent:
            guard object.isRequired else { return object }
        }
        let note = object.shortcoming(name)
        if let number = given.firstIndex(where: { $0.object.matches(object.name) && !$0.isOver(at: now) }) {
            let waiver = given[number]
            used[number, default: []].append(object.name)
            warnings.append(
                VendorReport.Note(
                    reason: "vendor.waived",
                    message: "\(note.message); waived until \(waiver.until): \(waiver.reason)"))
            var object = object
            object.found = object.state
            object.state = .waived
            object.waiver = waiver
            return object
        }
        if object.policy?.onMissing == .warn { warnings.append(note) } else { refusals.append(note) }
        return object
    }
}

extension ObjectVerdict {
    /// What keeps the object from being proved.
    fileprivate func shortcoming(_ name: String) -> VendorReport.Note {
        guard policy != nil else {
            return VendorReport.Note(
                reason: "vendor.nopolicy", message: "\(name): no policy says who has to sign it")
        }
        let word =
            switch state {
            case .verifiedPrefix: "vendor.prefix"
            case .absent: "vendor.absent"
            default: "vendor.unverifiable"
            }
        let code = state == .unverifiableOffline ? ": " + (reason ?? "") : ""
        return VendorReport.Note(
            reason: word, message: "\(name): \(state.rawValue)\(code)" + (text.map { ": \($0)" } ?? ""))
    }
}
