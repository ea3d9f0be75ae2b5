import CommandRunner
import Foundation
import Testing

/// A mix of two versions in every pair of parts, exported as it is.
///
/// Each finding comes of two parts that disagree. So what an export must say of a mix follows from a table: a line of
/// it is told exactly where one of its parts is of another version than the other.
@Suite struct MixedReleaseTests {
    private typealias Part = TwoReleases.Part

    /// Two parts, and what is told of the first where they are of two versions.
    private struct Line {
        let parts: (Part, Part)
        let told: String
        var isWarning = false

        func isTold(_ mix: Set<Part>) -> Bool { mix.contains(parts.0) != mix.contains(parts.1) }
    }

    private static let table = [
        Line(parts: (.values, .manifest), told: "set.digest release-values.yaml"),
        Line(parts: (.compose, .manifest), told: "set.version cloudgrid.compose.yaml"),
        Line(parts: (.environment, .manifest), told: "set.version cloudgrid.env.example"),
        Line(parts: (.zips, .manifest), told: "set.version *.zip"),
        Line(parts: (.images, .manifest), told: "set.missing image *"),
        Line(parts: (.chartArchive, .manifest), told: "set.version cloudgrid-*.tgz"),
        Line(parts: (.chartArchive, .manifest), told: "set.missing cloudgrid-*.tgz"),
        Line(parts: (.chartArtifact, .manifest), told: "set.version chart config"),
        Line(parts: (.manifest, .checksums), told: "sums.digest checksums.txt: release-manifest.json"),
        Line(parts: (.compose, .checksums), told: "sums.digest checksums.txt: cloudgrid.compose.yaml"),
        Line(parts: (.compose, .checksums), told: "sums.digest checksums.txt: cloudgrid-local.sh"),
        Line(parts: (.environment, .checksums), told: "sums.digest checksums.txt: cloudgrid.env.example"),
        Line(parts: (.chartArchive, .checksums), told: "sums.extra checksums.txt: cloudgrid-*.tgz"),
        Line(parts: (.zips, .zipChecksums), told: "sums.extra binaries-checksums.txt: *.zip"),
        // Reports have no version: what they say is which digest they speak of, and one that nobody knows is a warning.
        Line(parts: (.sboms, .manifest), told: "sbom.subject *.spdx.json", isWarning: true),
        Line(parts: (.scans, .manifest), told: "sbom.subject *.grype.sarif", isWarning: true),
    ]

    /// Every part alone, and every pair.
    static let mixes: [[TwoReleases.Part]] =
        Part.allCases.map { [$0] }
        + Part.allCases.enumerated().flatMap { number, part in
            Part.allCases.dropFirst(number + 1).map { [part, $0] }
        }

    @Test(arguments: mixes)
    func `parts of another version are told by name, and nothing else is`(parts: [TwoReleases.Part]) throws {
        let mix = Set(parts)
        var lines = Self.table.filter { $0.isTold(mix) }
        // The archive is compared with the artifact under the name that the manifest's version gives it.
        if mix.contains(.chartArchive) == mix.contains(.manifest),
            mix.contains(.chartArtifact) != mix.contains(.manifest)
        {
            lines.append(Line(parts: (.chartArchive, .chartArtifact), told: "chart.digest cloudgrid-*.tgz"))
        }
        let said = try Said(of: mix)
        let refusals = Set(lines.filter { !$0.isWarning }.map(\.told))
        #expect(said.refusals == refusals)
        // With a refusal no warning is told.
        if refusals.isEmpty { #expect(said.subjects == Set(lines.map(\.told))) }
        let documents: Set<TwoReleases.Part> = [.sboms, .scans]
        #expect(refusals.isEmpty == mix.isSubset(of: documents), "only reports may be of another version")
    }

    @Test func `a release whose parts are all of one version is exported`() throws {
        for mix in [[], Set(TwoReleases.Part.allCases)] {
            let said = try Said(of: mix)
            #expect(said.refusals.isEmpty && said.subjects.isEmpty)
        }
    }

    /// What an export said of a mix, each kind of thing once.
    private struct Said {
        let refusals: Set<String>
        /// The warnings about what SBOMs and scans speak of, those apart that the sample has by itself.
        let subjects: Set<String>

        init(of mix: Set<TwoReleases.Part>) throws {
            let (folder, release, images) = try TwoReleases.shared().mixed(mix)
            let result = try CommandRunner.cgbundle(
                Sample.export(
                    to: folder.path + "/cloudgrid.tar", release: release, images: images,
                    keys: [try Sample.privateKey("alice", in: folder)],
                    options: ["--dry-run", "--format", "json"]))
            let told = try JSONDecoder().decode(Told.self, from: Data(result.output.utf8))
            guard told.ok == (result.status == 0) else { throw SampleError(result.errors) }
            refusals = Set((told.findings ?? []).map(\.kind))
            subjects = Set(
                (told.warnings ?? []).filter { $0.reason == "sbom.subject" && $0.isAboutOthers }.map(\.kind))
        }
    }

    private struct Told: Decodable {
        struct Finding: Decodable {
            let reason: String
            let file: String?
            let item: String?
            let found: String?

            /// The reason and the thing, with `*` for what is different in things of one kind.
            var kind: String {
                let isLine = reason.hasPrefix("sums.")
                let item = isLine ? item?.split(separator: ": ").last.map { ": " + general(String($0)) } : nil
                return "\(reason) \(general(file ?? "-"))\(item ?? "")"
            }

            /// Scans without a finding name no digest in any version.
            var isAboutOthers: Bool { found?.contains("does not know") == true }

            private func general(_ name: String) -> String {
                for ending in [".zip", ".spdx.json", ".grype.sarif"] where name.hasSuffix(ending) {
                    return "*" + ending
                }
                if name.hasSuffix(".tgz") { return "cloudgrid-*.tgz" }
                return name.hasPrefix("image ") ? "image *" : name
            }
        }

        let ok: Bool
        let findings: [Finding]?
        let warnings: [Finding]?
    }
}
