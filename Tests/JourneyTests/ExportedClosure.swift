import CommandRunner
import Foundation

/// The list of images in a result or a record.
struct ExportedClosure {
    struct Image: Decodable {
        let reference: String
        let name: String
        let state: String
        let digest: String?
        let rendered: [String]?
        let places: [String]
    }

    private struct Closure: Decodable {
        let complete: Bool
        let images: [Image]
        let missing: [String]
    }

    private struct Dependency: Decodable { let image: String }

    private struct Document: Decodable {
        let closure: Closure
        let dependencies: [Dependency]?
    }

    let complete: Bool
    let images: [Image]
    let missing: [String]
    let dependencies: [String]?

    init(text: String) throws {
        let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
        complete = document.closure.complete
        images = document.closure.images
        missing = document.closure.missing
        dependencies = document.dependencies?.map(\.image)
    }

    init(_ result: ProgramResult) throws {
        guard result.status == 0 else { throw NotSeen(description: result.errors) }
        try self.init(text: result.output)
    }

    /// The image that a rendered reference names.
    func image(for reference: String) -> Image? {
        let bare = reference.prefix { $0 != "@" }
        let slash = bare.lastIndex(of: "/") ?? bare.startIndex
        let name =
            bare[slash...].contains(":")
            ? String(bare[..<(bare.lastIndex(of: ":") ?? bare.endIndex)]) : String(bare)
        return images.first { image in
            if image.state == "release" {
                let digest = reference.split(separator: "@").dropFirst().first.map(String.init)
                return image.name == name && (digest == nil || digest == image.digest)
            }
            return image.reference == reference || "docker.io/" + image.reference == reference
                || "docker.io/library/" + image.reference == reference
                || image.rendered?.contains(reference) == true
        }
    }
}
