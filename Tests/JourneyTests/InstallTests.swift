import CommandRunner
import Foundation
import Testing

/// What an operator types after an import, and what the cluster is then told to run.
@Suite struct InstallTests {
    private let folder: WorkFolder
    private let imported: ImportedSample

    init() throws {
        folder = try WorkFolder()
        imported = try ImportedSample.shared()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/here", withIntermediateDirectories: true)
    }

    /// What helm was called with, and where; nothing if it was not called.
    private func recorded() -> (folder: String, words: [String])? {
        guard let text = try? String(contentsOfFile: folder.path + "/called", encoding: .utf8) else {
            return nil
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        return lines.first.map { ($0, Array(lines.dropFirst())) }
    }

    private func install(
        _ script: String, _ arguments: String..., environment: [String: String] = [:],
    ) throws -> CommandResult {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        // Checked in and not written here: a program that some other process of the tests holds open does not start.
        let programs = CommandRunner.checkout + "/Tests/HelmSide/bin"
        let own = ["PATH": programs + ":" + path, "RECORDED": folder.path + "/called"]
        return try CommandRunner.run(
            script, arguments, environment: own.merging(environment) { $1 }, in: folder.path + "/here")
    }

    private func write(_ name: String) throws -> String {
        let path = folder.path + "/here/" + name
        try Data((RenderedChart.optionalServices + "bff: {replicas: 5}\n").utf8).write(
            to: URL(filePath: path))
        return path
    }

    private func command(_ own: String) -> [String] {
        [
            "upgrade", "--install", "cloudgrid", "oci://\(imported.target.location)/charts/cloudgrid",
            "--namespace", "cloudgrid", "--version", "1.0.0-beta", "-f", "release-values.mirrored.yaml",
            "-f", "chart/profiles/enterprise.yaml", "-f", own, "--wait",
        ]
    }

    @Test func `the import ends with the command to type`() throws {
        let lines = imported.result.output.split(separator: "\n").map(String.init)
        #expect(
            lines.suffix(2) == [
                "next, with your own values:",
                "  \(imported.recorded)/install/install.sh cloudgrid-prod.yaml",
            ])
    }

    @Test func `from any directory the script types the documented command, and its files are there`() throws
    {
        let own = try write("cloudgrid-prod.yaml")
        let said = try install(imported.recorded + "/install/install.sh")
        #expect(said.status == 0, "\(said.errors)")
        let called = try #require(recorded())
        #expect(called.folder == imported.recorded + "/install")
        #expect(called.words == command(own))
        for (option, file) in zip(called.words, called.words.dropFirst()) where option == "-f" {
            let path = file.hasPrefix("/") ? file : called.folder + "/" + file
            #expect(FileManager.default.fileExists(atPath: path), "\(path)")
        }
    }

    @Test func `own values are the first argument or those of the environment, and helm gets what follows`()
        throws
    {
        let (named, other) = (try write("my values.yaml"), try write("-other.yaml"))
        let script = imported.recorded + "/install/install.sh"
        let first = try install(script, "my values.yaml", "--dry-run", "a b")
        #expect(first.status == 0, "\(first.errors)")
        #expect(recorded()?.words == command(named) + ["--dry-run", "a b"])
        #expect(try install(script, "--debug", environment: ["CLOUDGRID_VALUES": "-other.yaml"]).status == 0)
        #expect(recorded()?.words == command(other) + ["--debug"])
        #expect(try install(script, named, environment: ["CLOUDGRID_VALUES": "no.yaml"]).status == 0)
        #expect(recorded()?.words == command(named))
    }

    @Test(arguments: [[], ["none.yaml"], [""]])
    func `own values that are missing are asked for, and helm is not called`(arguments: [String]) throws {
        let script = imported.recorded + "/install/install.sh"
        let said = try arguments.first.map { try install(script, $0) } ?? install(script)
        #expect(said.status == 1)
        let name = arguments.first ?? "cloudgrid-prod.yaml"
        #expect(said.errors.contains("\(folder.path)/here/\(name) is missing: these are your own values"))
        #expect(recorded() == nil)
    }

    /// Helm reads what follows `-f` as a list in CSV.
    @Test(arguments: ["a,b.yaml", "a\"b.yaml"])
    func `own values that helm would take for several are refused`(name: String) throws {
        _ = try write(name)
        let said = try install(imported.recorded + "/install/install.sh", name)
        #expect(said.status == 1)
        #expect(said.errors.contains("helm takes no file with a comma or a quote in its path"))
        #expect(recorded() == nil)
    }

    @Test func `a record that was carried to a strange path installs too, an incomplete one does not`() throws
    {
        let place = folder.path + "/a 'b' $(touch x)\\"
        #expect(try CommandRunner.run("cp", ["-r", imported.recorded, place]).status == 0)
        let own = try write("cloudgrid-prod.yaml")
        let said = try install(place + "/install/install.sh")
        #expect(said.status == 0, "\(said.errors)")
        #expect(recorded()?.folder == place + "/install")
        #expect(recorded()?.words == command(own))
        try FileManager.default.removeItem(atPath: folder.path + "/called")
        try FileManager.default.removeItem(atPath: place + "/install/release-values.mirrored.yaml")
        let refused = try install(place + "/install/install.sh")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("/release-values.mirrored.yaml is missing"))
        #expect(recorded() == nil)
    }

    @Test func `every workload of the chart resolves to the target, by a digest that is there`() throws {
        let rendered = try RenderedChart(imported.recorded, "-f", try write("cloudgrid-prod.yaml"))
        #expect(rendered.images.count == 8)
        #expect(rendered.pullSecrets == [])
        for (workload, image) in rendered.images {
            let parts = image.split(separator: "@").map(String.init)
            let repository = try #require(parts.first?.split(separator: "/").last.map(String.init))
            #expect(image.hasPrefix(imported.target.location + "/"), "\(workload): \(image)")
            #expect(try imported.target.view.digest(repository, Sample.version) == parts.last, "\(workload)")
        }
    }

    @Test func `skopeo copies every workload as helm would have it run`() throws {
        let rendered = try RenderedChart(imported.recorded, "-f", try write("cloudgrid-prod.yaml"))
        #expect(rendered.images.count == 8)
        for (workload, image) in rendered.images {
            try expectCopy(of: image, to: "\(folder.path)/\(workload)")
        }
    }

    @Test func `another name to pull by and a pull secret are in the values and in the record`() throws {
        let record = folder.path + "/record"
        let imported = try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--layout", folder.path + "/mirror", "--record", record, "--pull-as",
                "mirror.internal:5000/cg",
                "--pull-secret", "mirror-reader",
            ])
        #expect(imported.status == 0, "\(imported.errors)")
        let place = record + "/cloudgrid/release/\(Sample.version)-r1"
        let rendered = try RenderedChart(place)
        #expect(rendered.pullSecrets == ["mirror-reader"])
        #expect(
            rendered.images.values.allSatisfy {
                $0.hasPrefix("mirror.internal:5000/cg/cloudgrid-") && $0.contains("@")
            })
        _ = try write("cloudgrid-prod.yaml")
        #expect(try install(place + "/install/install.sh").status == 0)
        #expect(recorded()?.words.contains("oci://mirror.internal:5000/cg/charts/cloudgrid") == true)
        let text = try String(contentsOfFile: place + "/deployment-record.json", encoding: .utf8)
        for option in ["--pull-as mirror.internal:5000/cg", "--pull-secret mirror-reader"] {
            #expect(text.contains("\"\(option)\""), "\(option)")
        }
        let settings = try String(
            contentsOfFile: place + "/install/compose/cloudgrid.mirrored.env", encoding: .utf8)
        #expect(settings.contains("\nCLOUDGRID_IMAGE_REGISTRY=mirror.internal:5000/cg\n"))
    }

    @Test(arguments: [
        ["--no-record", "--pull-as", "a.b/c"], ["--no-record", "--pull-secret", "x"],
        ["--record", "r", "--pull-secret", "x"],
        ["--record", "r", "--pull-as", "a.b/c", "--pull-secret", "X"],
        ["--record", "r", "--pull-as", "https://a.b/c"],
    ])
    func `options that cannot be meant are refused`(options: [String]) throws {
        let layout = ["--layout", folder.path + "/mirror"]
        let options = options.map { $0 == "r" ? folder.path + "/r" : $0 }
        let refused = try RunningProgram.cgbundle(Sample.shared().importing() + layout + options)
        #expect(refused.status == 64)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["here"])
    }
}
