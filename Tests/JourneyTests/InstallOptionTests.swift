import CommandRunner
import Foundation
import Testing

/// Import options that decide how a cluster pulls.
@Suite struct InstallOptionTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
    }

    @Test func `another name to pull by is in the values and in the record`() throws {
        let record = folder.path + "/record"
        let imported = try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--layout", folder.path + "/mirror", "--record", record, "--pull-as",
                "mirror.internal:5000/cg", "--pull-secret", "mirror-reader",
            ])
        #expect(imported.status == 0, "\(imported.errors)")
        let place = record + "/cloudgrid/release/\(Sample.version)-r1"
        let own = folder.path + "/own.yaml"
        try Data("global: {imagePullSecrets: [{name: mine}]}\n".utf8).write(to: URL(filePath: own))
        let run = try HelmInstall(place, [own], in: folder.path)
        #expect(run.result.status == 0, "\(run.result.errors)")
        let rendered = try run.rendered()
        #expect(
            rendered.images.values.allSatisfy {
                $0.hasPrefix("mirror.internal:5000/cg/cloudgrid-") && $0.contains("@")
            })
        #expect(rendered.pullSecrets.values.allSatisfy { Set($0) == ["mine", "mirror-reader"] })
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
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
