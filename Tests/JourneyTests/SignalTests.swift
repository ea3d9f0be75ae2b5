import CommandRunner
import Foundation
import Servers
import Testing

/// Ctrl-C and `kill` while something is half done.
@Suite struct SignalTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private var output: String { folder.path + "/out.tar" }

    /// Sends a signal and expects an end with its status within two seconds, and a word on standard error.
    private func stop(_ running: RunningProgram, by signal: Int32) throws {
        #expect(running.isRunning)
        let began = ContinuousClock.now
        running.send(signal)
        let result = try running.waitUntilExit()
        #expect(began.duration(to: .now) < .seconds(2))
        #expect(result.status == 128 + signal)
        #expect(result.errors.contains("stopped by a signal"), "\(result.errors)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `an export stops while it plans`(signal: Int32) throws {
        let proxy = try RegistryProxy(to: sample.source)
        proxy.hold { $0.path.contains("/cloudgrid-bff/") }
        let running = try RunningProgram(sample.exporting(to: output, through: proxy))
        try running.reaches("a request that waits") { !proxy.held.isEmpty }
        try stop(running, by: signal)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `an export stops while it fills`(signal: Int32) throws {
        let proxy = try RegistryProxy(to: sample.source)
        let partial = output + ".partial"
        proxy.hold(after: 5) { $0.isBlobDownload && FileManager.default.fileExists(atPath: partial) }
        let running = try RunningProgram(sample.exporting(to: output, through: proxy))
        try running.reaches("a blob that waits") { !proxy.held.isEmpty }
        try stop(running, by: signal)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                == ["out.tar.partial", "out.tar.partial.journal"])
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `an import stops while it uploads`(signal: Int32) throws {
        let target = try Target()
        target.proxy.hold(after: 5) { $0.uploadedDigest != nil }
        let running = try RunningProgram(target.importing(record: folder.path + "/record"))
        try running.reaches("an upload that waits") { !target.proxy.held.isEmpty }
        try stop(running, by: signal)
        #expect(try target.view.allTags() == [])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/record/cloudgrid"))
    }
}
