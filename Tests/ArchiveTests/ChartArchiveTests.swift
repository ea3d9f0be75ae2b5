import Foundation
import Testing

@testable import Archive

/// Packed charts, made field by field: tar without any tool, gzip with stored blocks.
private enum Packer {
    static func entry(
        _ name: String, _ content: String = "x", typeflag: Character = "0", linkname: String = "",
    ) -> [UInt8] {
        let bytes = Array(content.utf8)
        let octal = String(bytes.count, radix: 8)
        let size = String(repeating: "0", count: 11 - octal.count) + octal + " "
        return Forge.header(name: name, size: size, typeflag: typeflag, linkname: linkname)
            + Forge.padded(bytes)
    }

    static let chart = entry("cloudgrid/Chart.yaml", "name: cloudgrid\n")

    static func gzip(_ content: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var rest = content[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            packed.append(rest.isEmpty ? 1 : 0)
            packed += [UInt8(block.count & 0xFF), UInt8(block.count >> 8)]
            packed += [UInt8(~block.count & 0xFF), UInt8((~block.count >> 8) & 0xFF)]
            packed += block
        } while !rest.isEmpty
        let checksum = crc(content)
        return packed + littleEndian(checksum) + littleEndian(UInt32(truncatingIfNeeded: content.count))
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { value, byte in
            (0..<8).reduce(value ^ UInt32(byte)) { sum, _ in (sum >> 1) ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    /// `start` and many zeros, in far fewer bytes: that takes a real deflate, so gzip makes it.
    static func bomb(start: [UInt8], zeros: Int) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "(cat; head -c \(zeros) /dev/zero) | gzip -1"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(start))
        try input.fileHandleForWriting.close()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return bytes
    }
}

@Suite struct ChartArchiveTests {
    static func read(_ entries: [UInt8]...) throws -> ChartArchive {
        try ChartArchive(Packer.gzip(entries.flatMap { $0 } + Forge.end), name: "c.tgz")
    }

    static func reason(_ bytes: [UInt8]) -> String? {
        do throws(ChartArchiveError) {
            _ = try ChartArchive(bytes, name: "c.tgz")
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `the sample's chart gives what describes it and nothing else`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = folder.appending(path: "testdata/sample/release/cloudgrid-1.0.0-beta.tgz")
        let chart = try ChartArchive([UInt8](try Data(contentsOf: file)), name: "cloudgrid-1.0.0-beta.tgz")
        #expect(chart.folder == "cloudgrid")
        #expect(
            chart.files.keys.sorted() == [
                "Chart.yaml", "profiles/enterprise.yaml", "profiles/local.yaml", "profiles/small.yaml",
                "values.yaml",
            ])
        #expect(
            chart.files["Chart.yaml"].map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("apiVersion")
                == true)
    }

    @Test func `folders are tolerated and files of subcharts are not taken for the chart's own`() throws {
        let chart = try Self.read(
            Packer.entry("cloudgrid/", "", typeflag: "5"), Packer.chart,
            Packer.entry("cloudgrid/charts/nats/Chart.yaml", "name: nats\n"))
        #expect(chart.files.keys.sorted() == ["Chart.yaml"])
    }

    static let badEntries: [(String, [UInt8], String)] = [
        ("B140 parent", Packer.entry("cloudgrid/../../x"), "leaves"),
        ("B140 parent in front", Packer.entry("../x"), "leaves"),
        ("B140 absolute", Packer.entry("/etc/passwd"), "absolute"),
        ("B140 symlink", Packer.entry("cloudgrid/l", "", typeflag: "2", linkname: "/etc/passwd"), "link"),
        (
            "hard link", Packer.entry("cloudgrid/l", "", typeflag: "1", linkname: "cloudgrid/Chart.yaml"),
            "link"
        ),
        ("device", Packer.entry("cloudgrid/d", "", typeflag: "3"), "device"),
        ("FIFO", Packer.entry("cloudgrid/f", "", typeflag: "6"), "device"),
        ("backslash", Packer.entry("cloudgrid/a\\b"), "backslash"),
        ("drive letter", Packer.entry("cloudgrid/C:x"), "drive"),
        ("drive letter in front", Packer.entry("C:/x"), "drive"),
        ("dot", Packer.entry("./cloudgrid/x"), "dot"),
        ("empty component", Packer.entry("cloudgrid//x"), "empty"),
        ("escape sequence", Packer.entry("cloudgrid/\u{1b}]0;x"), "printable"),
        ("other folder", Packer.entry("other/x"), "outside"),
        ("file beside the folder", Packer.entry("cloudgrid"), "beside"),
        ("twice", Packer.chart, "twice"),
    ]

    @Test(arguments: badEntries)
    func `a name or kind that no chart needs is refused`(why: String, entry: [UInt8], fault: String) {
        #expect {
            try Self.read(Packer.chart, entry)
        } throws: { error in
            guard let error = error as? ChartArchiveError else { return false }
            return error.reason == "chart.path" && error.description.contains(fault)
        }
    }

    static let badBytes: [(String, [UInt8])] = [
        ("plain tar", Packer.chart + Forge.end),
        ("nothing", []),
        ("empty archive", Packer.gzip(Forge.end)),
        ("empty stream", Packer.gzip([])),
        ("no tar", Packer.gzip(Array("not a tar".utf8))),
        ("cut", Array(Packer.gzip(Packer.chart + Forge.end).dropLast(700))),
        ("cut in the trailer", Array(Packer.gzip(Packer.chart + Forge.end).dropLast(3))),
        ("bytes behind the gzip stream", Packer.gzip(Packer.chart + Forge.end) + Array("garbage".utf8)),
        ("bytes behind the tar archive", Packer.gzip(Packer.chart + Forge.end + Packer.chart)),
        ("entry cut", Packer.gzip(Array(Packer.chart.dropLast(510)))),
    ]

    @Test(arguments: badBytes)
    func `bytes that are no whole chart are refused`(why: String, bytes: [UInt8]) {
        #expect(Self.reason(bytes) == "chart.syntax")
    }

    @Test func `zeros that fill the last record are no garbage`() throws {
        let filler = [UInt8](repeating: 0, count: 8192)
        #expect(Self.reason(Packer.gzip(Packer.chart + Forge.end + filler)) == nil)
    }

    @Test func `B141 a chart that inflates to 2 GiB is refused at the limit`() throws {
        // An entry that nobody wants, whose size of 1 GiB would be skipped without being looked at.
        let header = Forge.header(name: "cloudgrid/big", size: "10000000000 ")
        let bomb = try Packer.bomb(start: Packer.chart + header, zeros: 520 << 20)
        #expect(bomb.count < 8 << 20)
        #expect(Self.reason(bomb) == "chart.size")
    }

    @Test func `too large a file and too many entries are refused`() throws {
        let header = Forge.header(name: "cloudgrid/values.yaml", size: "00200000000 ")
        #expect(Self.reason(try Packer.bomb(start: header, zeros: (32 << 20) + 1024)) == "chart.size")
        let folder = Packer.entry("cloudgrid/", "", typeflag: "5")
        let many = Array(repeatElement(folder, count: ChartArchive.entryLimit + 1).joined())
        #expect(Self.reason(try Packer.bomb(start: many, zeros: 1024)) == "chart.size")
        #expect(Self.reason([0x1F, 0x8B] + [UInt8](repeating: 0, count: 64 << 20)) == "chart.size")
    }

    @Test func `images that templates name literally are found, and only they`() throws {
        let text = """
            # image: commented/out:1
            containers:
              - image: quay.io/a/b:1
              - image: "{{ .Values.image }}"
              - {name: x, image: 'quay.io/c/d:2', tag: y}
              - "image": "quay.io/e/f:3" # why
                pullImage: quay.io/g/h:4
                image:
                  name: quay.io/i/j:5
            """
        let tar =
            Packer.chart + Packer.entry("cloudgrid/templates/sub/job.yaml", text)
            + Packer.entry("cloudgrid/templates/NOTES.txt", "image: quay.io/notes/x:1\n")
            + Packer.entry("cloudgrid/README.md", "image: quay.io/readme/x:1\n")
            + Packer.entry("cloudgrid/charts/broker/templates/x.yaml", "image: quay.io/sub/x:1\n")
            + Packer.entry("cloudgrid/charts/other-1.tgz", "x") + Forge.end
        let chart = try ChartArchive(Packer.gzip(tar), name: "c.tgz")
        #expect(
            chart.templateImages.lines.map { "\($0.path):\($0.number) \($0.text)" } == [
                "templates/sub/job.yaml:3 quay.io/a/b:1", "templates/sub/job.yaml:5 quay.io/c/d:2",
                "templates/sub/job.yaml:6 quay.io/e/f:3",
            ])
        #expect(chart.templateImages.subcharts == ["charts/broker", "charts/other-1.tgz"])
        #expect(chart.files.keys.sorted() == ["Chart.yaml"])
    }

    @Test func `a template cannot fill the memory with images`() throws {
        let text = String(repeating: "image: a\n", count: TemplateImages.lineLimit + 1)
        let tar = Packer.chart + Packer.entry("cloudgrid/templates/x.yaml", text) + Forge.end
        #expect {
            try ChartArchive(Packer.gzip(tar), name: "c.tgz")
        } throws: { ($0 as? ChartArchiveError)?.reason == "chart.size" }
    }
}
