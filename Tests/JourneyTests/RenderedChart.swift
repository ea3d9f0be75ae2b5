import CommandRunner
import Foundation
import Testing

/// What the chart makes of a record's values, by `Tests/HelmSide/render.py`: the chart's own, the mirrored, the profile's
/// and what is given, merged as helm merges them.
struct RenderedChart: Decodable {
    /// By workload.
    let images: [String: String]
    let pullSecrets: [String]

    /// Values with which the chart runs its three optional services too.
    static let optionalServices = ["aiEvalRunner", "alertEvaluator", "storageMaintenance"]
        .map { "\($0): {enabled: true}\n" }.joined()

    init(_ record: String, _ options: String...) throws {
        let said = try CommandRunner.run(
            "python3", ["-B", CommandRunner.checkout + "/Tests/HelmSide/render.py", record] + options)
        guard said.status == 0 else { throw NotSeen(description: said.errors) }
        self = try JSONDecoder().decode(RenderedChart.self, from: Data(said.output.utf8))
    }
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
