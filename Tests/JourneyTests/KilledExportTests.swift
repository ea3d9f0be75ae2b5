import CommandRunner
import Foundation
import Servers
import Testing

/// An export that is killed, phase by phase: nothing wrong stands under a final name, and the next run succeeds.
@Suite struct KilledExportTests {
    private let folder: WorkFolder
    private let sample: Sample
    private let proxy: RegistryProxy
    /// The blobs that only the registry has, and that are fetched while the bundle is filled: not the chart, which is a
    /// release file, nor the empty config, nor what planning verifies.
    private let remote: Set<String>
    /// The layers of signatures and attestations and the configs of images, which planning reads.
    private let evidence: Set<String>

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
        proxy = try RegistryProxy(to: sample.source)
        let names = try FileManager.default.contentsOfDirectory(atPath: Sample.release)
        let sums = try RunningProgram("sha256sum", names.map { Sample.release + "/" + $0 }).waitUntilExit()
        let local =
            sums.output.split(separator: "\n").map { "sha256:" + $0.prefix(64) } + [RegistryView.emptyObject]
        let layout = try SampleLayout()
        evidence = layout.evidence
        remote = layout.blobs.subtracting(local).subtracting(evidence)
    }

    private var output: String { folder.path + "/out.tar" }
    private var partial: String { output + ".partial" }
    // createdAt is that of each run: an export that goes on keeps the first one's.
    private var arguments: [String] { sample.exporting(to: output, through: proxy) }

    /// The hex digests of the blobs that the killed run finished.
    private func journal() -> Set<String> {
        let text = (try? String(contentsOfFile: partial + ".journal", encoding: .utf8)) ?? ""
        return Set(text.split(separator: "\n").filter { $0.utf8.count == 64 }.map { "sha256:" + $0 })
    }

    private func kill(_ running: RunningProgram) throws {
        #expect(running.isRunning)
        running.send(SIGKILL)
        #expect(try running.waitUntilExit().status == 137)
        proxy.drop()
    }

    /// Runs the export again and gives the blobs that it fetched.
    private func finish(_ arguments: [String]? = nil, believing publicKey: String? = nil) throws -> [String] {
        let before = proxy.answered.count
        let next = try RunningProgram.cgbundle(arguments ?? self.arguments)
        #expect(next.status == 0, "\(next.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("out.")
        }
        #expect(names.sorted() == ["out.tar", "out.tar.sigstore.json", "out.tar.statement.json"])
        let verified = try RunningProgram.cgbundle(["verify", output, "--key", publicKey ?? sample.publicKey])
        #expect(verified.status == 0, "\(verified.errors)")
        return try proxy.answered.dropFirst(before).map(\.request).filter(\.isBlobDownload).map { request in
            try request.path.components(separatedBy: "/blobs/").last.orThrow("no digest in \(request.path)")
        }
    }

    /// The one blob that planning reads besides: the chart's metadata.
    private func chartConfig() throws -> String {
        let view = RegistryView(port: sample.source.port, prefix: "cloudgrid-dev")
        let chart = try view.manifest("charts/cloudgrid", "1.0.0-beta").orThrow("no chart")
        return try OCIDocument(chart.bytes).config.orThrow("no chart config").digest
    }

    @Test(arguments: [
        ("the manifest of an image", "/cloudgrid-storage-read/manifests/sha256:"),
        ("the referrers of an image", "/cloudgrid-control-plane/referrers/"),
        ("a signature tag", "/cloudgrid-bff/manifests/sha256-"),
        ("the chart", "/charts/cloudgrid/blobs/"),
    ])
    func `killed while planning, it leaves nothing at all`(request: String, part: String) throws {
        proxy.hold { $0.path.contains(part) }
        let running = try RunningProgram(arguments)
        try running.reaches("a request for \(request)") { !proxy.held.isEmpty }
        try kill(running)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        _ = try finish()
    }

    @Test(arguments: [(1, "alice"), (12, "bob")])
    func `killed while filling, it goes on with what was finished`(passing: Int, signer: String) throws {
        let (partial, config) = (partial, try chartConfig())
        let key = signer == "bob" ? sample.ecdsaKey : sample.key
        let arguments = sample.exporting(to: output, through: proxy, key: key)
        proxy.hold(after: passing) { request in
            request.isBlobDownload && FileManager.default.fileExists(atPath: partial)
        }
        let running = try RunningProgram(arguments)
        try running.reaches("\(passing) blobs, and one that waits") {
            !proxy.held.isEmpty && journal().intersection(remote).count == passing
        }
        try kill(running)
        #expect(!FileManager.default.fileExists(atPath: output))
        let finished = journal()
        let fetched = try finish(arguments, believing: key.replacing(".key", with: ".pub"))
        #expect(Set(fetched) == remote.subtracting(finished).union([config]).union(evidence))
        #expect(fetched.count <= remote.count - passing + 1 + evidence.count)
    }

    @Test func `killed with one blob to go, it fetches that one alone`() throws {
        let (partial, config) = (partial, try chartConfig())
        let last = try remote.filter { $0 != config }.sorted().first.orThrow("no blobs in the sample")
        proxy.hold { request in
            request.path.hasSuffix(last) && FileManager.default.fileExists(atPath: partial)
        }
        let running = try RunningProgram(arguments)
        try running.reaches("every blob but one") {
            !proxy.held.isEmpty && journal().isSuperset(of: remote.subtracting([last]))
        }
        try kill(running)
        #expect(!FileManager.default.fileExists(atPath: output))
        #expect(try Set(finish()) == evidence.union([last, config]))
    }

    @Test(arguments: [Hold("fsync", "/out.tar.partial"), Hold("rename", "/out.tar.partial")])
    func `killed before the rename, it has no output and fetches nothing again`(moment: Hold) throws {
        let config = try chartConfig()
        let running = try RunningProgram(arguments, environment: moment.environment(in: folder.path))
        try running.reaches("\(moment)") { try moment.isReached(in: folder.path) }
        #expect(journal().isSuperset(of: remote))
        try kill(running)
        #expect(!FileManager.default.fileExists(atPath: output))
        #expect(try Set(finish()) == evidence.union([config]))
    }
}
