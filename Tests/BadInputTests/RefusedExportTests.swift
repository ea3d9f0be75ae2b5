import CommandRunner
import Foundation
import Testing

/// What export does not do, and that nothing then stands under the final name.
@Suite struct RefusedExportTests {
    private let place: Scratch
    private let output: String
    private let key: String

    init() throws {
        place = try Scratch()
        output = place.path + "/out/cloudgrid.tar"
        key = try Sample.privateKey("alice", in: place)
        try FileManager.default.createDirectory(
            atPath: place.path + "/out", withIntermediateDirectories: false)
    }

    @Test func `an existing file is kept, and replaced with --force`() throws {
        try Data("mine".utf8).write(to: URL(filePath: output))
        try expectRefusal("output.exists", status: 64, leaves: ["cloudgrid.tar"])
        #expect(try bytes(output) == Data("mine".utf8))
        #expect(try export(options: ["--force"]).status == 0)
        #expect(try bytes(output).count > 1_000_000)
    }

    @Test func `--dry-run writes nothing`() throws {
        let result = try export(options: ["--dry-run"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("dry run: nothing was written"))
        #expect(try written() == [])
    }

    @Test(arguments: [
        ".hidden", "with space.txt", "CON.txt", "umlaut-ü.txt", "line\nbreak", "Release-Manifest.json",
    ])
    func `a release file with a hostile name is refused`(name: String) throws {
        let release = try copy(Sample.release)
        try Data("content".utf8).write(to: URL(filePath: release).appending(component: name))
        let reason = name == "Release-Manifest.json" ? "name.duplicate" : "name.path"
        try expectRefusal(reason, status: 4, release: release)
    }

    @Test func `a folder inside of a folder of the release is refused`() throws {
        let release = try copy(Sample.release)
        try FileManager.default.createDirectory(
            atPath: release + "/chart/more", withIntermediateDirectories: true)
        try expectRefusal("file.notregular", status: 9, release: release)
    }

    @Test func `an image that the source has not got is named`() throws {
        let images = try copy(Sample.images)
        let digest = try digestOfBFF()
        try FileManager.default.removeItem(atPath: "\(images)/blobs/sha256/\(digest)")
        let index = try String(contentsOfFile: images + "/index.json", encoding: .utf8)
        #expect(index.contains(digest))
        let result = try expectRefusal(nil, status: nil, images: images)
        #expect(result.errors.contains(digest))
    }

    @Test func `an image that the release manifest names by another digest is missing, told with all else`()
        throws
    {
        let release = try copy(Sample.release)
        let file = release + "/release-manifest.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let other = String(repeating: "ab", count: 32)
        try text.replacing(try digestOfBFF(), with: other).write(
            toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: release + "/cloudgrid-bff.grype.sarif")
        // The manifest's own checksum line does not hold any more, and content is a graver class than policy.
        let result = try expectRefusal("set.missing", status: 5, release: release)
        let lines = result.errors.split(separator: "\n")
        for (reason, thing) in [
            ("sums.digest", "release-manifest.json"), ("set.missing", "image cloudgrid-bff"),
            ("set.missing", "cloudgrid-bff.grype.sarif"), ("set.digest", "bff.image"),
        ] {
            #expect(lines.contains { $0.hasSuffix("[\(reason)]") && $0.contains(thing) }, "\(reason)")
        }
        #expect(result.errors.contains("none in \(Sample.images)"))
    }

    @Test func `a blob with other bytes than its name says is refused`() throws {
        let images = try copy(Sample.images)
        let blobs = images + "/blobs/sha256"
        let layer = try FileManager.default.contentsOfDirectory(atPath: blobs).first {
            try bytes("\(blobs)/\($0)").starts(with: [0x1f, 0x8b])
        }
        let path = "\(blobs)/\(try #require(layer))"
        var content = try bytes(path)
        content[content.count / 2] ^= 1
        try content.write(to: URL(filePath: path))
        let result = try export(images: images)
        #expect(result.status == 5, "\(result.errors)")
        #expect(!exists(output))
    }

    @Test func `a key that others can read is not used, and not shown`() throws {
        let open = try Sample.privateKey("alice", in: place, mode: 0o644)
        let result = try expectRefusal("key.permissions", status: 3, key: open)
        #expect(result.errors.contains("0644"))
        let secret = try String(contentsOfFile: open, encoding: .utf8).split(separator: "\n")[1]
        #expect(!result.errors.contains(secret) && !result.output.contains(secret))
    }

    @Test func `who has no key is told how to make one`() throws {
        let missing = try expectRefusal("file.open", status: 9, key: place.path + "/exporter.key")
        #expect(missing.errors.contains("cgbundle keygen --output \(place.path)/exporter"))
        let none = try CommandRunner.cgbundle(Sample.export(to: output, keys: []))
        #expect(none.status == 64)
        #expect(none.errors.contains("cgbundle keygen") && none.errors.contains("[key.none]"))
    }

    /// The hex digits that the release manifest gives for one of its images.
    private func digestOfBFF() throws -> String {
        struct Manifest: Decodable {
            struct Image: Decodable {
                let image: String?
                let digest: String?
            }

            let images: [Image]
        }
        let manifest = try JSONDecoder().decode(
            Manifest.self, from: try bytes(Sample.release + "/release-manifest.json"))
        let image = manifest.images.first { $0.image?.hasSuffix("/cloudgrid-bff") == true }
        return String(try #require(image?.digest).dropFirst("sha256:".utf8.count))
    }

    private func copy(_ folder: String) throws -> String {
        let copy = place.path + "/" + URL(filePath: folder).lastPathComponent
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        return copy
    }

    private func written() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.path + "/out").sorted()
    }

    private func export(
        release: String = Sample.release, images: String = Sample.images, key: String? = nil,
        options: [String] = [],
    ) throws -> CommandResult {
        try CommandRunner.cgbundle(
            Sample.export(
                to: output, release: release, images: images, keys: [key ?? self.key], options: options))
    }

    @discardableResult
    private func expectRefusal(
        _ reason: String?, status: Int32?, release: String = Sample.release, images: String = Sample.images,
        key: String? = nil, leaves: [String] = [],
    ) throws -> CommandResult {
        let result = try export(release: release, images: images, key: key)
        if let status {
            #expect(result.status == status, "\(result.errors)")
        } else {
            #expect(result.status != 0)
        }
        if let reason { #expect(result.errors.contains("[\(reason)]"), "\(result.errors)") }
        #expect(try written() == leaves)
        return result
    }
}
