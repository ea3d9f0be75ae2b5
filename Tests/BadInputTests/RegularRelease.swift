import CommandRunner
import Foundation

/// The sample as its workflow means it to be, without the irregularities of real releases: a test makes one of them.
struct RegularRelease {
    let place: Scratch
    var folder: String { place.path + "/release" }
    private let files = FileManager.default

    init() throws {
        place = try Scratch()
        try files.copyItem(atPath: Sample.release, toPath: place.path + "/release")
        for name in try names()
        where name.hasPrefix("checksums.txt.") || name.hasPrefix("binaries-checksums.txt.") {
            try files.removeItem(atPath: folder + "/" + name)
        }
        try editManifest { manifest in
            manifest["vulnerabilityExceptions"] = nil
            manifest["images"] = (manifest["images"] as? [[String: Any]])?.filter { $0["spdxVersion"] == nil }
        }
        // Scans without a result say nothing of the image that was scanned.
        for (name, digest) in try digests() {
            try edit("cloudgrid-\(name).grype.sarif") { text in
                text.replacing(
                    "\"results\": []", with: "\"results\": [], \"properties\": {\"image\": \"\(digest)\"}")
            }
        }
        // The images of the release alone, each by its digest.
        try write(
            "cloudgrid.compose.yaml",
            try digests().reduce("name: cloudgrid\nservices:\n") { text, image in
                text + "  \(image.name):\n"
                    + "    image: ${CLOUDGRID_IMAGE_REGISTRY}/cloudgrid-\(image.name)@\(image.digest)\n"
            })
        try list()
    }

    func names() throws -> [String] { try files.contentsOfDirectory(atPath: folder).sorted() }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }

    func edit(_ name: String, _ change: (String) -> String) throws {
        try write(name, change(String(decoding: try bytes(folder + "/" + name), as: UTF8.self)))
    }

    func editManifest(_ change: (inout [String: Any]) -> Void) throws {
        let path = folder + "/release-manifest.json"
        guard var manifest = try JSONSerialization.jsonObject(with: bytes(path)) as? [String: Any] else {
            throw SampleError("the manifest is no object")
        }
        change(&manifest)
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        try JSONSerialization.data(withJSONObject: manifest, options: options).write(to: URL(filePath: path))
    }

    func move(_ name: String, to other: String) throws {
        let path = folder + "/" + other
        try files.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try files.moveItem(atPath: folder + "/" + name, toPath: path)
    }

    /// Lists every file but the zips in `checksums.txt`.
    ///
    /// - Parameter line: what stands for a file, from its digest and its name; nothing leaves it out.
    func list(_ line: (_ hex: String, _ name: String) -> String? = { "\($0)  \($1)" }) throws {
        let listed = try names().filter { !$0.hasSuffix(".zip") && !$0.hasSuffix("checksums.txt") }
        let said = try CommandRunner.run("sha256sum", ["--"] + listed, in: folder)
        guard said.status == 0 else { throw SampleError(said.errors) }
        let lines = said.output.split(separator: "\n").compactMap { row in
            line(String(row.prefix(64)), String(row.dropFirst(66)))
        }
        try write("checksums.txt", lines.joined(separator: "\n") + "\n")
    }

    /// The digest of each service's image, by the service's name.
    func digests() throws -> [(name: String, digest: String)] {
        struct Manifest: Decodable {
            struct Image: Decodable {
                let image: String
                let digest: String
            }

            let images: [Image]
        }
        return try JSONDecoder().decode(Manifest.self, from: bytes(folder + "/release-manifest.json")).images
            .map { image in
                (image.image.components(separatedBy: "/cloudgrid-").last ?? "", image.digest)
            }
    }
}
