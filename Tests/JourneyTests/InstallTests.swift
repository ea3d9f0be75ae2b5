import CommandRunner
import Foundation
import Testing

/// The installation of an imported release with the real helm 3 and 4, up to the change of the cluster.
@Suite struct InstallTests {
    private let folder: WorkFolder
    private let imported: ImportedSample

    init() throws {
        folder = try WorkFolder()
        imported = try ImportedSample.shared()
    }

    private var here: String { folder.path }

    private func write(_ text: String, _ name: String = "cloudgrid-prod.yaml") throws -> String {
        let path = here + "/" + name
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func install(
        _ arguments: String..., by helm: RealTool = .helm3, environment: [String: String] = [:],
    ) throws -> HelmInstall {
        try HelmInstall(imported.recorded, arguments, by: helm, in: here, environment: environment)
    }

    /// The documented command; the last file is a temporary one.
    private func command(_ own: String, at place: String, _ options: [String] = []) -> [String] {
        [
            "upgrade", "--install", "cloudgrid", "\(place)/release/cloudgrid-1.0.0-beta.tgz", "--namespace",
            "cloudgrid", "-f", "\(place)/install/release-values.mirrored.yaml", "-f",
            "\(place)/install/chart/profiles/enterprise.yaml", "-f", own, "--wait", "--timeout", "10m",
        ] + options + ["-f"]
    }

    @Test func `the import ends with the command to type`() throws {
        let lines = imported.result.output.split(separator: "\n").map(String.init)
        #expect(
            lines.suffix(2) == [
                "next, with your own values:",
                "  \(imported.recorded)/install/install.sh cloudgrid-prod.yaml",
            ])
    }

    @Test(arguments: RealTool.allCases)
    func `helm upgrade is called with the documented command, from the chart in the record, after the check`(
        helm: RealTool
    ) throws {
        _ = try write("bff: {replicas: 5}\n")
        let run = try install(by: helm)
        #expect(run.result.status == 0, "\(run.result.errors)")
        #expect(
            try run.arguments(of: "upgrade")?.dropLast()
                == command("cloudgrid-prod.yaml", at: imported.recorded)[...])
        #expect(try run.lastValues(of: "upgrade") == run.lastValues(of: "template"))
        #expect(run.result.errors.contains("each in the record by digest"))
        #expect(try run.rendered().images.values.allSatisfy(isMirrored))
    }

    /// The file's own options come last: a check of the arguments by the real helm ends at the missing cluster.
    @Test(arguments: RealTool.allCases)
    func `helm itself takes the arguments of the upgrade`(helm: RealTool) throws {
        let own = try write("bff: {replicas: 5}\n")
        let run = try install(
            own, "--kube-apiserver", "http://127.0.0.1:1", by: helm, environment: ["RUN_UPGRADE": "yes"])
        #expect(run.result.status != 0)
        #expect(run.result.errors.contains("ubernetes cluster unreachable"), "\(run.result.errors)")
    }

    @Test func `own values are the first argument or those of the environment`() throws {
        let (named, other) = (try write("{}\n", "my values.yaml"), try write("{}\n", "-other.yaml"))
        let place = imported.recorded
        let first = try install(
            "my values.yaml", "--description", "a b", "--set", "bff.replicas=3", "--atomic")
        #expect(first.result.status == 0, "\(first.result.errors)")
        #expect(
            try first.arguments(of: "upgrade")?.dropLast()
                == command(
                    "my values.yaml", at: place,
                    ["--description", "a b", "--set", "bff.replicas=3", "--atomic"])[...])
        #expect(try first.arguments(of: "template")?.contains("bff.replicas=3") == true)
        #expect(try first.arguments(of: "template")?.contains("--atomic") == false)
        let second = try install("--wait=false", environment: ["CLOUDGRID_VALUES": "-other.yaml"])
        #expect(
            try second.arguments(of: "upgrade")?.dropLast()
                == command("./-other.yaml", at: place, ["--wait=false"])[...])
        let third = try install(named, environment: ["CLOUDGRID_VALUES": "no.yaml"])
        #expect(try third.arguments(of: "upgrade")?.dropLast() == command(named, at: place)[...])
        #expect(!other.isEmpty)
    }

    @Test(arguments: [[], ["none.yaml"], [""]])
    func `own values that are missing are asked for, and helm is not called`(arguments: [String]) throws {
        let run = try HelmInstall(imported.recorded, arguments, in: here)
        #expect(run.result.status == 1)
        let name = arguments.first ?? "cloudgrid-prod.yaml"
        #expect(run.result.errors.contains("install.sh: \(name) is missing: these are your own values"))
        #expect(try run.arguments(of: "template") == nil)
    }

    @Test func `paths with commas, quotes and spaces are single files to helm`() throws {
        let place = here + "/a, 'b' \"c\" $(touch x)\\"
        #expect(try CommandRunner.run("cp", ["-r", imported.recorded, place]).status == 0)
        _ = try write("{}\n", "a,\"b\".yaml")
        let run = try HelmInstall(place, ["a,\"b\".yaml"], in: here)
        #expect(run.result.status == 0, "\(run.result.errors)")
        #expect(try run.arguments(of: "upgrade")?.contains("\"a,\"\"b\"\".yaml\"") == true)
    }

    @Test(arguments: [
        "install/release-values.mirrored.yaml", "install/last-values.yaml",
        "install/chart/profiles/enterprise.yaml", "release/cloudgrid-1.0.0-beta.tgz",
    ])
    func `a file of the record that is missing or changed stops the installation`(path: String) throws {
        let own = try write("{}\n")
        let place = here + "/copy"
        #expect(try CommandRunner.run("cp", ["-r", imported.recorded, place]).status == 0)
        let file = place + "/" + path
        let bytes = try Data(contentsOf: URL(filePath: file))
        // Bytes after the end of a gzip stream change nothing for helm, nor does a comment in YAML.
        try (bytes + Data("# other\n".utf8)).write(to: URL(filePath: file))
        let changed = try HelmInstall(place, [own], in: here)
        #expect(changed.result.status == 5, "\(changed.result.errors)")
        #expect(changed.result.errors.contains("\(path): has digest sha256:"))
        #expect(changed.result.errors.contains("[record.changed]"))
        #expect(try !changed.hasUpgraded)
        try FileManager.default.removeItem(atPath: file)
        let missing = try HelmInstall(place, [own], in: here)
        #expect(missing.result.status == 1)
        #expect(missing.result.errors.contains("/\(path) is missing"))
        #expect(try !missing.hasUpgraded)
    }

    @Test(arguments: [
        ["--post-renderer", "./x"], ["--post-renderer=./x"], ["--post-renderer-args", "x"],
        ["--reuse-values"],
        ["--reset-then-reuse-values"], ["--reuse-values=false"],
    ])
    func `options by which something else runs than was checked are refused`(options: [String]) throws {
        let run = try HelmInstall(imported.recorded, [try write("{}\n")] + options, in: here)
        #expect(run.result.status == 64)
        #expect(run.result.errors.contains("would change what runs after the comparison"))
        #expect(try run.arguments(of: "template") == nil)
    }

    @Test(arguments: [
        ["--repo", "https://charts.example.com"], ["--version=2"], ["--dependency-update"], ["--devel"],
        ["--output-dir", "x"], ["other.yaml"], ["--"], ["-fother.yaml"], ["--set"],
        ["-f", "https://a.b/c.yaml"],
        ["-f", "-"], ["-f", "a.yaml,b.yaml"], ["--values="], ["--name-template=x"], ["--plain-http"],
    ])
    func `unknown options and unusable values files are refused`(options: [String]) throws {
        let run = try HelmInstall(imported.recorded, [try write("{}\n")] + options, in: here)
        #expect(run.result.status == 64, "\(run.result.errors)")
        #expect(try run.arguments(of: "template") == nil)
    }

    /// The lists in the script against what helm itself says that it takes.
    @Test(arguments: RealTool.allCases)
    func `every option of helm is known or refused, and helm template gets none that it lacks`(helm: RealTool)
        throws
    {
        let chartOptions: Set = [
            "--ca-file", "--cert-file", "--dependency-update", "--devel", "--insecure-skip-tls-verify",
            "--key-file",
            "--keyring", "--pass-credentials", "--password", "--plain-http", "--repo", "--username",
            "--verify",
            "--version", "--help",
        ]
        let upgrade = try options(of: "upgrade", helm)
        let template = try options(of: "template", helm)
        #expect(upgrade.count > 60)
        for (option, hasValue) in upgrade.sorted(by: { $0.key < $1.key }) {
            let kind = try kind(of: option)
            if chartOptions.contains(option) {
                #expect(kind == "unknown", "\(option)")
            } else {
                #expect(kind != "unknown", "\(option)")
            }
            if ["value", "flag"].contains(kind) { #expect(template[option] != nil, "\(option)") }
            // helm takes the value of these with = alone.
            let isOptional = ["--dry-run", "--server-side", "--wait"].contains(option)
            if !isOptional, !["refused", "unknown"].contains(kind) {
                #expect(hasValue != kind.hasSuffix("flag"), "\(option)")
            }
        }
    }

    private func options(of command: String, _ helm: RealTool) throws -> [String: Bool] {
        let help = try CommandRunner.run(try helm.path(), [command, "--help"])
        let lines = help.output.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        var options: [String: Bool] = [:]
        for line in lines {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard let index = words.firstIndex(where: { $0.hasPrefix("--") }), index <= 1 else { continue }
            let next = words.indices.contains(index + 1) ? words[index + 1] : ""
            // helm prints no type for --qps.
            options[String(words[index])] = !next.isEmpty || words[index] == "--qps"
        }
        return options
    }

    /// The answer of the script's own function.
    private func kind(of option: String) throws -> String {
        let script = imported.recorded + "/install/install.sh"
        let answer = try CommandRunner.run(
            "sh", ["-c", "eval \"$(sed -n '/^kind() {/,/^}/p' \"$1\")\"; kind \"$2\"", "sh", script, option])
        return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `without the program the installation stops, unless --unchecked is given`() throws {
        let own = try write("bff: {replicas: 5}\n")
        let alone = try HelmInstall(imported.recorded, [own], in: here, program: nil)
        #expect(alone.result.status == 1)
        #expect(alone.result.errors.contains("neither cgbundle nor cgbundle-importer is on this host"))
        #expect(try alone.arguments(of: "template") == nil)
        let unchecked = try HelmInstall(imported.recorded, ["--unchecked", own], in: here, program: nil)
        #expect(unchecked.result.status == 0, "\(unchecked.result.errors)")
        #expect(unchecked.result.errors.contains("warning: --unchecked: nothing compares the images"))
        #expect(
            unchecked.result.errors.contains(
                "cloudgrid-session, cloudgrid-surrealdb, cloudgrid-provider-secrets"))
        #expect(try unchecked.hasUpgraded)
        let fixed = try String(
            contentsOfFile: imported.recorded + "/install/last-values.yaml", encoding: .utf8)
        #expect(try unchecked.lastValues(of: "upgrade") == fixed)
        let refused = try HelmInstall(
            imported.recorded, ["--unchecked", own, "--reuse-values"], in: here, program: nil)
        #expect(refused.result.status == 64)
        let wrong = try HelmInstall(imported.recorded, [own], in: here, program: here + "/none")
        #expect(wrong.result.status == 1)
        #expect(wrong.result.errors.contains("CGBUNDLE: \(here)/none is not a program"))
    }

    @Test func `the importer serves for the comparison, from the PATH`() throws {
        let own = try write("{}\n")
        let programs = here + "/programs"
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: programs + "/cgbundle-importer",
            withDestinationPath: CommandRunner.products + "/cgbundle-importer")
        let path = CommandRunner.checkout + "/Tests/HelmSide/bin:\(programs):/usr/bin:/bin"
        let run = try HelmInstall(
            imported.recorded, [own], in: here, program: nil, environment: ["PATH": path])
        #expect(run.result.status == 0, "\(run.result.errors)")
        #expect(run.result.errors.contains("each in the record by digest"))
    }

    @Test func `an error of helm stops the installation`() throws {
        let run = try install(try write("bff: [\n"))
        #expect(run.result.status != 0)
        #expect(try !run.hasUpgraded)
        let template = try install(try write("bff: {image: {pullPolicy: {}}}\n"), "--set", "bff.image=x")
        #expect(template.result.status != 0)
        #expect(try !template.hasUpgraded)
    }

    @Test(arguments: ["nats", "surrealdb"])
    func `a bundled part whose image is not in the bundle stops the installation`(part: String) throws {
        let own = try write("\(part): {bundled: {enabled: true, username: a, password: b}}\n")
        for helm in RealTool.allCases {
            let run = try install(own, by: helm)
            #expect(run.result.status == 6, "\(run.result.errors)")
            #expect(
                run.result.errors.contains("error: StatefulSet cloudgrid-\(part), container \(part): image "))
            #expect(run.result.errors.contains("the record has no such image; export it with --image"))
            #expect(run.result.errors.contains("nothing was changed"))
            #expect(try !run.hasUpgraded)
        }
    }

    @Test func `skopeo copies every workload as helm would have it run`() throws {
        let run = try install(try write(RenderedChart.optionalServices))
        let images = Set(try run.rendered().images.values)
        #expect(images.count == 8)
        for (number, image) in images.enumerated() { try expectCopy(of: image, to: "\(here)/\(number)") }
    }

    private func isMirrored(_ image: String) -> Bool {
        image.hasPrefix(imported.target.location + "/cloudgrid-") && image.contains("@sha256:")
    }
}
