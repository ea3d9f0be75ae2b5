import CommandRunner
import Foundation
import Testing

/// An import into a folder: no server at all.
@Suite struct LayoutTargetTests {
    private let folder: WorkFolder
    private let sample: Sample
    private let layout: SampleLayout

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
        layout = try SampleLayout()
    }

    private var mirror: String { folder.path + "/mirror" }
    private var arguments: [String] { sample.importing() + ["--layout", mirror, "--no-record"] }

    @Test func `skopeo copies every image out of the folder`() throws {
        let imported = try RunningProgram.cgbundle(arguments)
        #expect(imported.status == 0, "\(imported.errors)")
        for image in layout.images {
            let copied = folder.path + "/" + image.repository
            let said = try RunningProgram.run(
                "skopeo", "--insecure-policy", "copy", "--quiet", "--all",
                "oci:\(mirror):\(image.repository):\(image.tag)", "dir:\(copied)")
            #expect(said.status == 0, "\(image.repository): \(said.errors)")
            let digest = try RunningProgram.run("skopeo", "manifest-digest", copied + "/manifest.json")
            #expect(digest.output == image.digest + "\n")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).contains("mirror.partial")
                == false)
    }

    @Test func `the folder holds every name, every referrer, and blobs that are what they are called`() throws
    {
        let imported = try RunningProgram.cgbundle(arguments)
        #expect(imported.status == 0, "\(imported.errors)")
        let there = try SampleLayout(mirror)
        #expect(Set(there.named).isSuperset(of: layout.named))
        #expect(there.named.count == layout.named.count + 1)
        #expect(Set(there.referrers) == Set(layout.referrers))
        let blobs = mirror + "/blobs/sha256"
        let names = try FileManager.default.contentsOfDirectory(atPath: blobs).sorted()
        let sums = try RunningProgram("sha256sum", names.map { blobs + "/" + $0 }).waitUntilExit()
        #expect(sums.output.split(separator: "\n").map { String($0.prefix(64)) } == names)
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: mirror)) == [
                "blobs", "index.json", "oci-layout",
            ])
    }

    @Test func `a second import changes nothing and says so`() throws {
        let first = try RunningProgram.cgbundle(arguments)
        #expect(first.status == 0, "\(first.errors)")
        let before = try RunningProgram.run("find", mirror, "-printf", "%p %i %T@\n").output
        let again = try RunningProgram.cgbundle(arguments)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.contains("already imported"))
        #expect(try RunningProgram.run("find", mirror, "-printf", "%p %i %T@\n").output == before)
    }

    /// The calls at which the program is stopped: the first blob's, one in the middle, the index's, the folder's.
    @Test(arguments: [
        Hold("rename", "/mirror.partial/blobs/", after: 0),
        Hold("fsync", "/mirror.partial/blobs/", after: 40),
        Hold("rename", "/mirror.partial/index.json.partial", after: 0),
        Hold("rename", "/mirror.partial", after: 0),
    ])
    func `killed before the end, an import leaves nothing but a partial folder`(moment: Hold) throws {
        let running = try RunningProgram(arguments, environment: moment.environment(in: folder.path))
        try running.reaches("\(moment)") { try moment.isReached(in: folder.path) }
        running.send(SIGKILL)
        #expect(try running.waitUntilExit().status == 137)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains("mirror"))
        #expect(left.contains("mirror.partial"))
        let next = try RunningProgram.cgbundle(arguments)
        #expect(next.status == 0, "\(next.errors)")
        #expect(Set(try SampleLayout(mirror).named).isSuperset(of: layout.named))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).contains("mirror.partial")
                == false)
        let stray = try RunningProgram.run("find", mirror, "-name", "*.partial")
        #expect(stray.output == "")
    }
}
