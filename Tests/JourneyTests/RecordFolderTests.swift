import CommandRunner
import Foundation
import Glibc
import Servers
import Testing

/// Files in a release's folder that no import wrote, or that are not as it wrote them.
@Suite struct RecordFolderTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private var record: String { folder.path + "/record" }
    private var kept: String { record + "/cloudgrid/release/\(Sample.version)-r1" }
    private var mirror: String { folder.path + "/mirror" }
    private var arguments: [String] {
        sample.importing() + ["--layout", mirror, "--record", record, "--pull-as", "mirror.internal/cg"]
    }

    private func run(_ arguments: [String]) throws -> ProgramResult {
        let result = try RunningProgram.cgbundle(arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func append(to path: String) throws {
        try (bytes(path) + Data("# more\n".utf8)).write(to: URL(filePath: path))
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private func log() throws -> [Substring] {
        try String(contentsOfFile: record + "/log.jsonl", encoding: .utf8).split(separator: "\n")
    }

    private func replaceByLink(_ path: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: folder.path + "/moved")
        #expect(symlink(folder.path + "/moved", path) == 0)
    }

    @Test(arguments: [
        ("record.changed", "release/release-values.yaml"), ("record.linked", "install/install.sh"),
        ("record.foreign", "install/cloudgrid-prod.yaml"), ("record.missing", "evidence/verification.json"),
    ])
    func `a folder that others changed stops an import before anything is pushed`(
        reason: String, path: String,
    ) throws {
        let target = try Target()
        let first = try RunningProgram.cgbundle(target.importing(record: record))
        #expect(first.status == 0, "\(first.errors)")
        let file = kept + "/" + path
        switch reason {
        case "record.changed": try append(to: file)
        case "record.linked": try replaceByLink(file)
        case "record.foreign": try write("own: values\n", to: file)
        default: try FileManager.default.removeItem(atPath: file)
        }
        let before = try RunningProgram.run(
            "find", record, "-not", "-name", "lock", "-printf", "%p %i %s %l\n"
        ).output
        let count = target.proxy.answered.count
        for options in [[], ["--pull-as", "mirror.internal/cg"], ["--dry-run"]] {
            let refused = try RunningProgram.cgbundle(
                try target.importing(record: record, "--format", "json") + options)
            #expect(refused.status == 6, "\(refused.errors)")
            #expect(try Refused(refused).reason == reason)
            #expect(try Refused(refused).message.hasPrefix(file + ":"))
        }
        #expect(
            try RunningProgram.run("find", record, "-not", "-name", "lock", "-printf", "%p %i %s %l\n").output
                == before)
        #expect(target.proxy.answered.count == count)
    }

    @Test(arguments: ["cgbundle", "cgbundle-importer"])
    func `an attached file has a line in the log and outlives other imports`(program: String) throws {
        _ = try run(arguments)
        let own = folder.path + "/change 4711.txt"
        try write("approved\n", to: own)
        let attach = [
            "record", "attach", Sample.version, own, "--name", "change-4711.txt", "--record", record,
        ]
        let attached = try RunningProgram(CommandRunner.products + "/" + program, attach).waitUntilExit()
        #expect(attached.status == 0, "\(attached.errors)")
        #expect(attached.output.hasPrefix("attached: \(kept)/attachments/change-4711.txt, 9 bytes, sha256:"))
        let sum = try RunningProgram.run("sha256sum", own).output.prefix(64)
        #expect(try log().last?.contains("\"digest\":\"sha256:\(sum)\"") == true)
        #expect(try log().last?.contains("\"event\":\"attached\"") == true)
        #expect(try run(attach).output.hasPrefix("already attached: "))
        #expect(try log().count == 2)
        try write("something else\n", to: own)
        let refused = try RunningProgram.cgbundle(attach)
        #expect(refused.status == 64 && refused.errors.contains("[output.exists]"))
        _ = try run(arguments + ["--pull-secret", "other"])
        #expect(
            try String(contentsOfFile: kept + "/attachments/change-4711.txt", encoding: .utf8) == "approved\n"
        )
        #expect(try log().count == 3)
        #expect(try names(record + "/cloudgrid/release") == ["\(Sample.version)-r1"])
    }

    private var rebuild: [String] {
        ["record", "rebuild", Sample.version, "--bundle", sample.bundle, "--key", sample.publicKey]
            + Sample.trust + ["--record", record]
    }

    /// - Parameter lost: the file that is damaged.
    @Test(arguments: [
        ("release/release-values.yaml", "deployment-record"), ("deployment-record.json", "target"),
    ])
    func `rebuild writes the folder again, keeps the old one and carries attachments over`(
        damaged: String, source: String,
    ) throws {
        _ = try run(arguments)
        let before = try DeploymentRecord(in: kept)
        try FileManager.default.createDirectory(
            atPath: kept + "/attachments", withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try write("mine\n", to: kept + "/attachments/own.txt")
        try append(to: kept + "/" + damaged)
        try write("found\n", to: kept + "/release/foreign.txt")
        #expect(try RunningProgram.cgbundle(arguments).status == 6)
        let index = try bytes(mirror + "/index.json")
        let rebuilt = try run(rebuild + ["--pull-as", "mirror.internal/cg", "--format", "json"])
        #expect(
            rebuilt.output.contains("\"digestsFrom\": \"\(source)\"")
                || rebuilt.output.contains("\"digestsFrom\":\"\(source)\""))
        let old = kept + ".replaced-1"
        #expect(rebuilt.output.contains(".replaced-1"))
        #expect(try String(contentsOfFile: old + "/" + damaged, encoding: .utf8).hasSuffix("# more\n"))
        #expect(try String(contentsOfFile: old + "/release/foreign.txt", encoding: .utf8) == "found\n")
        #expect(try String(contentsOfFile: kept + "/attachments/own.txt", encoding: .utf8) == "mine\n")
        let after = try DeploymentRecord(in: kept)
        #expect(after.images.map(\.mirrored) == before.images.map(\.mirrored))
        #expect(after.images.map(\.tags) == before.images.map(\.tags))
        #expect(after.signatureTags.map(\.digest) == before.signatureTags.map(\.digest))
        #expect(after.files.map(\.digest) == before.files.map(\.digest))
        #expect(try bytes(mirror + "/index.json") == index)
        // The folder is good again.
        let count = try log().count
        _ = try run(arguments)
        #expect(try log().count == count)
        #expect(!FileManager.default.fileExists(atPath: kept + ".replaced-2"))
        let schema = CommandRunner.checkout + "/bundle-spec/deployment-record.schema.json"
        let reader = CommandRunner.checkout + "/Tests/SecondReader/check_schema.py"
        let checked = try RunningProgram.run("python3", reader, schema, kept + "/deployment-record.json")
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test func `rebuild has the gates of an import, and needs a target that has the release`() throws {
        _ = try run(arguments)
        try append(to: kept + "/deployment-record.json")
        let before = try RunningProgram.run("find", record, "-not", "-name", "lock", "-printf", "%p %i %s\n")
            .output
        func refused(_ arguments: [String]) throws -> Refused {
            let result = try RunningProgram.cgbundle(arguments + ["--format", "json"])
            #expect(result.status != 0)
            return try Refused(result)
        }
        var stranger = rebuild
        stranger[6] = CommandRunner.checkout + "/testdata/keys/bob.pub"
        #expect(try refused(stranger).reason == "sig.nokey")
        var other = rebuild
        other[2] = "v2.0.0"
        #expect(try refused(other).reason == "version.mismatch")
        #expect(try refused(rebuild + ["--channel", "nightly"]).reason == "channel.mismatch")
        try FileManager.default.moveItem(atPath: mirror, toPath: mirror + "2")
        #expect(try refused(rebuild).reason == "record.undeployed")
        #expect(
            try RunningProgram.run("find", record, "-not", "-name", "lock", "-printf", "%p %i %s\n").output
                == before)
        var empty = rebuild
        empty[empty.count - 1] = folder.path + "/none"
        #expect(try refused(empty).reason == "state.open")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
    }

    @Test func `a record serves one target`() throws {
        _ = try run(arguments)
        let target = try Target()
        let other = try RunningProgram.cgbundle(target.importing(record: record, "--format", "json"))
        #expect(other.status == 6)
        #expect(try Refused(other).reason == "record.target")
        #expect(try Refused(other).message.contains("serves the target \(mirror)"))
        #expect(target.proxy.answered.isEmpty)
        let elsewhere = sample.importing() + ["--layout", mirror + "2", "--record", record]
        for options in [[], ["--dry-run"]] {
            let refused = try RunningProgram.cgbundle(elsewhere + options + ["--format", "json"])
            #expect(try Refused(refused).reason == "record.target")
        }
        #expect(!FileManager.default.fileExists(atPath: mirror + "2"))
        _ = try run(
            sample.importing() + ["--layout", folder.path + "/x/../mirror", "--record", record, "--dry-run"])
    }

    /// Killed after the new folder has its name and before the log has it; and while the line is written.
    @Test(arguments: [Hold("fsync", "/cloudgrid/release", after: 1), Hold("fsync", "/log.jsonl")])
    func `killed while it replaces a folder, a run is completed and keeps the attachments`(moment: Hold)
        throws
    {
        _ = try run(arguments)
        try FileManager.default.createDirectory(
            atPath: kept + "/attachments", withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try write("mine\n", to: kept + "/attachments/own.txt")
        let other = arguments + ["--pull-secret", "other"]
        let running = try RunningProgram(other, environment: moment.environment(in: folder.path))
        try running.reaches("\(moment)") { try moment.isReached(in: folder.path) }
        running.send(SIGKILL)
        #expect(try running.waitUntilExit().status == 137)
        #expect(FileManager.default.fileExists(atPath: kept))
        _ = try run(other)
        #expect(try names(record + "/cloudgrid/release") == ["\(Sample.version)-r1"])
        #expect(try String(contentsOfFile: kept + "/attachments/own.txt", encoding: .utf8) == "mine\n")
        #expect(
            try String(contentsOfFile: kept + "/install/pull-secret.yaml", encoding: .utf8).contains(
                "\"other\""))
        #expect(try log().count == 2)
    }

    /// The disk is of memory, in a private view of the machine that takes root to make.
    @Test(.enabled(if: geteuid() == 0)) func `without room for the record nothing is pushed`() throws {
        let target = try Target()
        let disk = folder.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        let script = """
            mount --make-rprivate / && mount -t tmpfs -o size=512k,mode=700 tmpfs "$0" || exit 99
            "$@"
            """
        let refused = try RunningProgram(
            "/usr/bin/unshare",
            ["-m", "sh", "-c", script, disk, CommandRunner.products + "/cgbundle"]
                + target.importing(record: disk + "/record", "--format", "json")
        ).waitUntilExit()
        #expect(refused.status == 9, "\(refused.errors)")
        #expect(try Refused(refused).reason == "space.precheck")
        #expect(try Refused(refused).message.hasPrefix(disk + "/record:"))
        #expect(target.proxy.writes.map(\.target) == [])
    }
}
