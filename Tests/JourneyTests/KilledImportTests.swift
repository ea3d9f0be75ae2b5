import CommandRunner
import Foundation
import Servers
import Testing

/// An import that is killed, phase by phase: no tag names anything incomplete, and the next run completes it.
@Suite struct KilledImportTests {
    private let folder: WorkFolder
    private let target: Target
    private let layout: SampleLayout

    init() throws {
        folder = try WorkFolder()
        target = try Target()
        layout = try SampleLayout()
    }

    private var record: String { folder.path + "/record" }
    /// The releases under a final name.
    private var releases: [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: record + "/cloudgrid/release")
        return (names ?? []).filter { !$0.hasPrefix(".") }
    }

    private func kill(_ running: RunningProgram) throws {
        #expect(running.isRunning)
        running.send(SIGKILL)
        #expect(try running.waitUntilExit().status == 137)
        target.proxy.drop()
        #expect(releases == [])
        #expect(try target.view.brokenTags() == [])
    }

    /// Imports again and gives the blobs that were uploaded this time.
    private func finish() throws -> [String] {
        let before = target.proxy.writes.count
        let next = try RunningProgram.cgbundle(target.importing(record: record))
        #expect(next.status == 0, "\(next.errors)")
        for entry in layout.named {
            #expect(try target.view.digest(entry.repository, entry.tag) == entry.digest)
        }
        #expect(try target.view.brokenTags() == [])
        #expect(releases == ["\(Sample.version)-r1"])
        let log = try String(contentsOfFile: record + "/log.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").count == 1)
        return target.proxy.writes.dropFirst(before).compactMap(\.uploadedDigest)
    }

    @Test(arguments: [0, 25])
    func `killed while uploading, it leaves no tag, and what was uploaded stays`(passing: Int) throws {
        target.proxy.hold(after: passing) { $0.uploadedDigest != nil }
        let running = try RunningProgram(target.importing(record: record))
        try running.reaches("\(passing) blobs, and one that waits") {
            target.proxy.held.count > 0 && target.proxy.writes.compactMap(\.uploadedDigest).count == passing
        }
        #expect(target.proxy.writes.allSatisfy { $0.putReference == nil })
        try kill(running)
        #expect(try target.view.allTags() == [])
        let uploaded = Set(target.proxy.writes.compactMap(\.uploadedDigest))
        #expect(uploaded.count == passing)
        #expect(try Set(finish()).isDisjoint(with: uploaded))
    }

    @Test func `killed while mounting, it leaves no tag`() throws {
        target.proxy.hold(after: 3) { $0.isMount }
        let running = try RunningProgram(target.importing(record: record))
        try running.reaches("a mount that waits") { target.proxy.held.contains { $0.isMount } }
        try kill(running)
        #expect(try target.view.allTags() == [])
        _ = try finish()
    }

    @Test func `killed before the first tag, it leaves no tag of the release`() throws {
        target.proxy.hold { $0.putsTag }
        let running = try RunningProgram(target.importing(record: record))
        try running.reaches("a tag that waits") { target.proxy.held.contains { $0.putsTag } }
        try kill(running)
        // Lists of referrers are part of what a tag then names.
        #expect(
            try target.view.allTags().allSatisfy {
                !$0.contains(":v1") && !$0.contains(".") && !$0.contains(":1.")
            })
        #expect(try finish() == [])
    }

    @Test(arguments: [1, 9])
    func `killed between tags, every tag that is there is whole`(passing: Int) throws {
        target.proxy.hold(after: passing) { $0.putsTag }
        let running = try RunningProgram(target.importing(record: record))
        try running.reaches("\(passing) tags, and one that waits") {
            target.proxy.held.count > 0 && target.proxy.writes.filter(\.putsTag).count == passing
        }
        try kill(running)
        let tags = try target.view.allTags()
        #expect(tags.count > passing)
        #expect(try finish() == [])
    }

    @Test func `killed before the read-back of a tag, it leaves no record`() throws {
        // The tag is asked for while the import is planned and right before it is put; the third GET reads it back.
        target.proxy.hold(after: 2) {
            $0.method == "GET" && $0.path.hasSuffix("/cloudgrid-bff/manifests/" + Sample.version)
        }
        let running = try RunningProgram(target.importing(record: record))
        try running.reaches("a tag that is read back") { !target.proxy.held.isEmpty }
        #expect(
            target.proxy.writes.contains {
                $0.putsTag && $0.path.hasSuffix("/cloudgrid-bff/manifests/" + Sample.version)
            })
        try kill(running)
        #expect(try finish() == [])
    }

    @Test func `killed while it records, it has no release in the record`() throws {
        let moment = Hold("fsync", "/deployment-record.json")
        try kill(stop(at: moment))
        #expect(try finish() == [])
        let left = try FileManager.default.contentsOfDirectory(atPath: record + "/cloudgrid/release")
        #expect(left == releases)
    }

    @Test func `killed before the log is safe, it has one line in the end`() throws {
        let moment = Hold("fsync", "/log.jsonl")
        let running = try stop(at: moment)
        running.send(SIGKILL)
        #expect(try running.waitUntilExit().status == 137)
        #expect(try finish() == [])
    }

    private func stop(at moment: Hold) throws -> RunningProgram {
        let running = try RunningProgram(
            target.importing(record: record), environment: moment.environment(in: folder.path))
        try running.reaches("\(moment)") { try moment.isReached(in: folder.path) }
        return running
    }
}
