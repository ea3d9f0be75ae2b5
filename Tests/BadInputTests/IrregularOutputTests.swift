import CommandRunner
import Foundation
import Glibc
import Testing

/// Devices, named pipes, sockets and folders in place of the files that are to be written.
@Suite struct IrregularOutputTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() }
    }

    private func make(_ kind: String, at name: String) {
        let path = place.path + "/" + name
        switch kind {
        case "folder": #expect(mkdir(path, 0o755) == 0)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        default: #expect(symlink("/dev/null", path) == 0)
        }
    }

    private func expectRefusal(_ command: [String], _ reason: String) throws {
        let before = try names
        let result = try CommandRunner.cgbundle(command)
        #expect(result.status == (reason == "output.exists" ? 64 : 9), "\(result.errors)")
        #expect(result.errors.contains("[\(reason)]"), "\(result.errors)")
        #expect(try names == before)
    }

    @Test(
        arguments: ["folder", "pipe", "device"],
        ["out.tar", "out.tar.statement.json", "out.tar.sigstore.json"])
    func `an export replaces none, not even with --force`(kind: String, name: String) throws {
        let key = try Sample.privateKey("alice", in: place)
        make(kind, at: name)
        for options in [["--force"], ["--force", "--dry-run"]] {
            let command = Sample.export(to: place.path + "/out.tar", keys: [key], options: options)
            // Without keys a dry run knows of the statement only, with one of its signature as well.
            try expectRefusal(command, "file.notregular")
        }
    }

    @Test(arguments: ["folder", "pipe", "device"])
    func `a statement for others to sign replaces none`(kind: String) throws {
        make(kind, at: "st.json")
        let command = [
            "export", Sample.release, "--images", Sample.images, "--statement-only",
            place.path + "/st.json", "--force",
        ]
        try expectRefusal(command + Sample.trust, "file.notregular")
    }

    @Test(arguments: ["folder", "pipe", "device"])
    func `keys and signatures replace nothing at all`(kind: String) throws {
        let key = try Sample.privateKey("alice", in: place)
        make(kind, at: "pair.key")
        try expectRefusal(["keygen", "--output", place.path + "/pair"], "output.exists")
        let bundle = try SampleBundle()
        let sign = ["sign", bundle.file + ".statement.json", "--key", key]
        for option in ["--bundle", "--output-signature"] {
            try expectRefusal(sign + [option, place.path + "/pair.key"], "output.exists")
        }
    }

    @Test(arguments: ["folder", "pipe", "device"])
    func `a release file that is taken out replaces nothing at all`(kind: String) throws {
        make(kind, at: "release-manifest.json")
        let bundle = try SampleBundle()
        let command =
            ["inspect", bundle.file, "--extract", "release-manifest.json", "--output", place.path]
            + Sample.publicKeys(["alice"])
        try expectRefusal(command, "output.exists")
    }

    @Test func `an index of a layout that is a named pipe is not waited for`() throws {
        let bundle = try SampleBundle()
        #expect(mkdir(place.path + "/layout", 0o755) == 0)
        make("pipe", at: "layout/index.json")
        let command =
            ["import", bundle.file, "--layout", place.path + "/layout", "--no-record"]
            + Sample.publicKeys(["alice"]) + Sample.trust
        try expectRefusal(command, "file.notregular")
    }
}
