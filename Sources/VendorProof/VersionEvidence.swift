import OCI
package import ReleaseSet

/// Signed statements about the version of a release.
///
/// `release-manifest.json` is unsigned, so its version is only a claim until something signed repeats it. Signatures that
/// were made at a branch prove the commit and not the version.
package struct VersionEvidence: Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The tag in a certificate of an accepted signer.
        case certificate
        /// The tag or input in a signed statement about a build.
        case provenance
        /// A file name in a line of a checksum file that a signature covers.
        case checksums
        /// `org.opencontainers.image.version` of an image that a signature covers.
        case label
    }

    package enum Use: String, Hashable, Sendable {
        case confirms, contradicts, ignored
    }

    package struct Source: Hashable, Sendable {
        package let kind: Kind
        /// The object and the place in it.
        package let object: String
        /// The text that was found.
        package let found: String
        package let use: Use
        /// Reason why it is ignored.
        package let reason: String?
    }

    /// The version in the release manifest.
    package let version: ReleaseVersion
    package private(set) var sources: [Source] = []

    init(of version: ReleaseVersion) {
        self.version = version
    }

    /// True if something signed names the version of the manifest.
    package var isSigned: Bool { sources.contains { $0.use == .confirms } }

    package var contradictions: [Source] { sources.filter { $0.use == .contradicts } }

    /// Adds a text that names a version, with or without the leading `v`; any other text is ignored with a reason.
    mutating func add(_ found: String, _ kind: Kind, of object: String) {
        guard let other = Self.version(in: found) else {
            return ignore(found, kind, of: object, because: "is not the version of a release")
        }
        add(
            Source(
                kind: kind, object: object, found: found, use: other == version ? .confirms : .contradicts,
                reason: nil))
    }

    mutating func ignore(_ found: String, _ kind: Kind, of object: String, because reason: String) {
        add(Source(kind: kind, object: object, found: found, use: .ignored, reason: reason))
    }

    private mutating func add(_ source: Source) {
        if !sources.contains(source) { sources.append(source) }
    }

    private static func version(in text: String) -> ReleaseVersion? {
        (try? ReleaseVersion(text)) ?? (try? ReleaseVersion("v" + text))
    }
}

extension VersionEvidence {
    /// Reasons to refuse the release: each signed text that names another version.
    var refusals: [VendorReport.Note] {
        contradictions.map { source in
            VendorReport.Note(
                reason: "vendor.version-contradicted",
                message: "\(source.object): expected the version \(version), found \(source.shown) in its "
                    + "\(source.kind.words): the manifest gives these artifacts another version")
        }
    }

    /// Warning where nothing signed names the version.
    func warnings(commit: String) -> [VendorReport.Note] {
        guard !isSigned, contradictions.isEmpty else { return [] }
        return [
            VendorReport.Note(
                reason: "vendor.version-unsigned",
                message:
                    "the version \(version) is not signed: signatures can prove the commit \(commit) and not the "
                    + "version, because \(ReleaseManifest.name) is unsigned")
        ]
    }

    /// Sentences for people: what names the version, and what was ignored.
    package var lines: [String] {
        let named = Kind.allCases.map { kind in
            (kind, sources.count { $0.kind == kind && $0.use == .confirms })
        }.filter { $0.1 > 0 }.map { "\($0.1) \($0.1 == 1 ? $0.0.words : $0.0.plural)" }
        let first = named.isEmpty ? "not signed" : "\(version), named by " + named.joined(separator: ", ")
        var ignored: [(source: Source, count: Int)] = []
        for source in sources where source.use == .ignored {
            if let known = ignored.firstIndex(where: { $0.source.isLike(source) }) {
                ignored[known].count += 1
            } else {
                ignored.append((source, 1))
            }
        }
        return [first]
            + ignored.map { source, count in
                let object = count == 1 ? source.object : "\(source.object) and \(count - 1) more"
                return "ignored: \(source.kind.words) \(source.shown) of \(object): \(source.reason ?? "")"
            }
    }
}

extension VersionEvidence.Source {
    /// The text in quotes, fit for a terminal.
    var shown: String { "\"" + escaped(found, limit: 160) + "\"" }

    /// True if another source says the same of another object.
    fileprivate func isLike(_ other: VersionEvidence.Source) -> Bool {
        kind == other.kind && found == other.found && reason == other.reason
    }
}

extension VersionEvidence.Kind {
    var words: String {
        switch self {
        case .certificate: "certificate"
        case .provenance: "provenance"
        case .checksums: "line of a signed checksum file"
        case .label: "image label"
        }
    }

    fileprivate var plural: String {
        switch self {
        case .certificate: "certificates"
        case .provenance: "provenances"
        case .checksums: "lines of signed checksum files"
        case .label: "image labels"
        }
    }
}
