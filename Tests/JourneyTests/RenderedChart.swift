import CommandRunner
import Foundation
import Testing

/// The workloads that helm rendered, as `Tests/HelmSide/workloads.py` reads them.
struct RenderedChart: Decodable {
    /// By workload and container.
    let images: [String: String]
    /// By workload.
    let pullSecrets: [String: [String]]

    /// Values with which the chart runs its three optional services too.
    static let optionalServices = ["aiEvalRunner", "alertEvaluator", "storageMaintenance"]
        .map { "\($0): {enabled: true}\n" }.joined()

    init(rendered path: String) throws {
        let result = try CommandRunner.run(
            "sh",
            [
                "-c", "python3 -B \"$1\" <\"$2\"", "sh",
                CommandRunner.checkout + "/Tests/HelmSide/workloads.py", path,
            ])
        guard result.status == 0 else { throw NotSeen(description: result.errors) }
        self = try JSONDecoder().decode(RenderedChart.self, from: Data(result.output.utf8))
    }
}

/// A run of a record's `install.sh` with the real helm, which renders; the last step, `helm upgrade`, is only written down.
struct HelmInstall {
    let result: CommandResult
    private let recorded: String

    /// - Parameters:
    ///   - place: The folder of the release in the record.
    ///   - folder: Where the script runs and what it did is kept.
    init(
        _ place: String, _ arguments: [String] = [], by helm: RealTool = .helm3, in folder: String,
        program: String? = CommandRunner.products + "/cgbundle", environment: [String: String] = [:],
    ) throws {
        recorded = folder + "/helm-\(UUID().uuidString)"
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        // Checked in and not written here: a program that another process of the tests holds open does not start.
        var own = [
            "PATH": CommandRunner.checkout + "/Tests/HelmSide/bin:" + path, "RECORDED": recorded,
            "REAL_HELM": try helm.path(),
        ]
        if let program { own["CGBUNDLE"] = program }
        result = try CommandRunner.run(
            place + "/install/install.sh", arguments, environment: own.merging(environment) { $1 }, in: folder
        )
    }

    /// The arguments of a command of helm; `nil` if it was not called.
    func arguments(of command: String) throws -> [String]? {
        guard FileManager.default.fileExists(atPath: recorded + "." + command) else { return nil }
        return try String(contentsOfFile: recorded + "." + command, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The file that helm read last.
    func lastValues(of command: String) throws -> String {
        try String(contentsOfFile: "\(recorded).\(command).last", encoding: .utf8)
    }

    var hasUpgraded: Bool {
        get throws { try arguments(of: "upgrade") != nil }
    }

    func rendered() throws -> RenderedChart { try RenderedChart(rendered: recorded + ".rendered") }
}

/// Copies an image as a container engine would pull it, all platforms of it, and compares what came with its digest.
func expectCopy(of image: String, to folder: String) throws {
    let digest = try #require(image.split(separator: "@").last.map(String.init))
    #expect(digest.hasPrefix("sha256:"), "\(image)")
    let said = try RunningProgram.run(
        "skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--src-tls-verify=false",
        "docker://\(image)", "dir:\(folder)")
    #expect(said.status == 0, "\(image): \(said.errors)")
    let found = try RunningProgram.run("skopeo", "manifest-digest", folder + "/manifest.json")
    #expect(found.output == digest + "\n", "\(image)")
}
