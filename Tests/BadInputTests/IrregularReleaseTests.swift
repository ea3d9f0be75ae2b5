import CommandRunner
import Foundation
import Testing

/// What the vendor's workflow is known to do, one at a time: each release is exported without a flag, with exactly these
/// warnings, and the import records the same.
@Suite struct IrregularReleaseTests {
    struct Irregularity: Sendable, CustomTestStringConvertible {
        let name: String
        /// Reason, file and item of each, `*` for the eight services.
        var warnings: [String] = []
        var options: [String] = []
        var images = Sample.images
        var make: @Sendable (RegularRelease) throws -> Void = { _ in }

        var testDescription: String { name }
    }

    /// The chart's own defaults name the NATS and the SurrealDB that an operator brings.
    private static let always = [48, 73].map {
        "values.external cloudgrid-1.0.0-beta.tgz: values.yaml: line \($0)"
    }
    private static let services = [
        "ai-eval-runner", "alert-evaluator", "bff", "control-plane", "otlp-collector", "storage-maintenance",
        "storage-read", "storage-write",
    ]
    private static let listed = ["checksums.txt", "binaries-checksums.txt"]

    static let table: [Irregularity] = [
        Irregularity(name: "none of them"),
        Irregularity(
            name: "whole SPDX documents among the images of the manifest",
            warnings: (0..<8).map { "release.skipped release-manifest.json: /images/\($0 + 8)" }
        ) { release in
            let documents = try services.map {
                try JSONSerialization.jsonObject(with: bytes("\(release.folder)/cloudgrid-\($0).spdx.json"))
            }
            try release.editManifest { manifest in
                manifest["images"] = ((manifest["images"] as? [Any]) ?? []) + documents
            }
            try release.list()
        },
        Irregularity(name: "paths of the manifest that name the workflow's folders") { release in
            try release.editManifest { manifest in
                for key in ["chart", "compose", "binaries"] {
                    var section = manifest[key] as? [String: Any] ?? [:]
                    section["path"] = "/home/runner/work/dist/../\(key)"
                    manifest[key] = section
                }
            }
            try release.list()
        },
        Irregularity(
            name: "members that are not known",
            warnings: ["release.unknown release-manifest.json: /reviewNotes"]
        ) { release in
            try release.editManifest { $0["reviewNotes"] = [["cve": "CVE-2026-0001"]] }
            try release.list()
        },
        Irregularity(
            name: "values that stop behind the first service",
            warnings: services.filter { $0 != "bff" }.map {
                "values.missing release-values.yaml: image cloudgrid-\($0)"
            }
        ) { release in
            try release.edit("release-values.yaml") { $0.components(separatedBy: "otlpCollector:")[0] }
            try release.list()
        },
        Irregularity(name: "checksum lines with the workflow's folders, in binary mode and with CRLF") {
            release in
            try release.list { "\($0) *artifacts/some/folder/\($1)\r" }
        },
        Irregularity(name: "one file listed twice alike") { release in
            try release.list { "\($0)  \($1)\n\($0)  artifacts/\($1)" }
        },
        Irregularity(name: "two files of the name checksums.txt, in the workflow's folders") { release in
            for name in try release.names() where name.hasSuffix(".zip") {
                try release.move(name, to: "binaries/" + name)
            }
            try release.move("binaries-checksums.txt", to: "binaries/checksums.txt")
        },
        Irregularity(
            name: "the zips' list alone under the name checksums.txt",
            warnings: unlisted { !$0.hasSuffix(".zip") && !$0.hasSuffix("checksums.txt") }
        ) { release in
            try FileManager.default.removeItem(atPath: release.folder + "/checksums.txt")
            try release.move("binaries-checksums.txt", to: "checksums.txt")
        },
        Irregularity(name: "no list for the zips", warnings: unlisted { $0.hasSuffix(".zip") }) { release in
            try FileManager.default.removeItem(atPath: release.folder + "/binaries-checksums.txt")
        },
        Irregularity(
            name: "values, SBOMs and scans in no list",
            warnings: unlisted { name in
                [".spdx.json", ".sarif", "values.yaml"].contains { name.hasSuffix($0) }
            }
        ) { release in
            try release.list { hex, name in
                let isListed = ![".spdx.json", ".sarif", "values.yaml"].contains { name.hasSuffix($0) }
                return isListed ? "\(hex)  \(name)" : nil
            }
        },
        Irregularity(name: "a bare signature without its certificate, over the list's first line") {
            release in
            try FileManager.default.copyItem(
                atPath: Sample.release + "/checksums.txt.sig", toPath: release.folder + "/checksums.txt.sig")
        },
        Irregularity(
            name: "a scan without a finding, which names no image",
            warnings: ["sbom.subject cloudgrid-bff.grype.sarif"]
        ) { release in
            try release.write("cloudgrid-bff.grype.sarif", #"{"version": "2.1.0", "runs": []}"#)
            try release.list()
        },
        Irregularity(
            name: "an SBOM of a digest that nobody knows", warnings: ["sbom.subject cloudgrid-bff.spdx.json"]
        ) { release in
            let own = try release.digests().first { $0.name == "bff" }?.digest.dropFirst(7) ?? ""
            try release.edit("cloudgrid-bff.spdx.json") {
                $0.replacing(own, with: String(repeating: "5", count: 64))
            }
            try release.list()
        },
        Irregularity(
            name: "compose with a NATS and a SurrealDB from elsewhere, and a service by its tag",
            warnings: [
                "values.external cloudgrid.compose.yaml: line 20",
                "values.external cloudgrid.compose.yaml: line 22",
                "values.tag cloudgrid.compose.yaml: line 8",
            ]
        ) { release in
            let own = try release.digests().first { $0.name == "bff" }?.digest ?? ""
            try release.edit("cloudgrid.compose.yaml") {
                $0.replacing(
                    "/cloudgrid-bff@\(own)", with: "/cloudgrid-bff:${CLOUDGRID_IMAGE_TAG:-v1.0.0-beta}") + """
                          nats:
                            image: nats:${CLOUDGRID_NATS_IMAGE_TAG:-2.14.0}
                          surrealdb:
                            image: surrealdb/surrealdb:${CLOUDGRID_SURREALDB_IMAGE_TAG:-v3.1.0}

                        """
            }
            try release.list()
        },
        Irregularity(
            name: "neither compose files nor zips",
            warnings: ["set.leftout binaries files", "set.leftout compose files"],
            options: ["--without-compose", "--without-binaries"]),
        Irregularity(name: "no zips, which nothing promises then") {
            release in
            for name in try release.names() where name.hasSuffix(".zip") || name.contains("checksums") {
                try FileManager.default.removeItem(atPath: release.folder + "/" + name)
            }
            try release.editManifest { $0["binaries"] = nil }
            try release.list()
        },
    ]

    private static func unlisted(_ isUnlisted: (String) -> Bool) -> [String] {
        let names = (try? RegularRelease().names()) ?? []
        return names.filter(isUnlisted).map { "sums.missing " + $0 }
    }

    @Test(arguments: table)
    func `a release is exported with exactly its warnings, and the import records them`(
        irregularity: Irregularity,
    ) throws {
        let release = try RegularRelease()
        try irregularity.make(release)
        let (output, record) = (release.place.path + "/cloudgrid.tar", release.place.path + "/record")
        let exported = try CommandRunner.cgbundle(
            Sample.export(
                to: output, release: release.folder, images: irregularity.images,
                keys: [try Sample.privateKey("alice", in: release.place)],
                options: irregularity.options + ["--format", "json"]))
        #expect(exported.status == 0, "\(exported.output)")
        let told = try JSONDecoder().decode(Told.self, from: Data(exported.output.utf8)).warnings
        #expect(told.map(\.name).sorted() == (irregularity.warnings + Self.always).sorted())

        let imported = try CommandRunner.cgbundle(
            ["import", output] + Sample.trust + Sample.publicKeys(["alice"]) + [
                "--layout", release.place.path + "/mirror", "--record", record,
            ])
        #expect(imported.status == 0, "\(imported.errors)")
        for reason in Set(told.map(\.reason)) { #expect(imported.output.contains("  \(reason)  ")) }
        let kept = record + "/cloudgrid/release/v1.0.0-beta-r1/deployment-record.json"
        let recorded = try JSONDecoder().decode(Told.self, from: bytes(kept)).warnings
        // What the vendor's signature leaves open is recorded as well, and told by the verification.
        let ofSet = recorded.filter { !$0.reason.hasPrefix("vendor.") }
        #expect(ofSet.map { "\($0.reason) \($0.message)" } == told.map { "\($0.reason) \($0.message)" })
    }

    @Test func `an artifact that was made of the packed chart is told on both sides`() throws {
        let images = try Scratch()
        let layout = images.path + "/images"
        try FileManager.default.copyItem(atPath: Sample.images, toPath: layout)
        let index = URL(filePath: layout + "/index.json")
        var listed = try #require(
            JSONSerialization.jsonObject(with: try Data(contentsOf: index)) as? [String: Any])
        listed["manifests"] = (listed["manifests"] as? [[String: Any]])?.filter { entry in
            let name = (entry["annotations"] as? [String: String])?["org.opencontainers.image.ref.name"]
            return name?.hasPrefix("charts/") != true
        }
        try JSONSerialization.data(withJSONObject: listed).write(to: index)
        try `a release is exported with exactly its warnings, and the import records them`(
            irregularity: Irregularity(
                name: "a chart that only the files have",
                warnings: ["chart.built cloudgrid-1.0.0-beta.tgz"], images: layout))
    }

    private struct Told: Decodable {
        struct Warning: Decodable {
            let reason: String
            let message: String
            let file: String?
            let item: String?

            /// The reason, the file and the beginning of the item.
            var name: String {
                let place = item?.components(separatedBy: ": ").first
                return [reason, [file, place].compactMap(\.self).joined(separator: ": ")].joined(
                    separator: " ")
            }
        }

        let warnings: [Warning]
    }
}
