import Foundation

/// What these tests read of `deployment-record.json`.
struct DeploymentRecord: Decodable {
    struct Image: Decodable {
        let name: String
        let mirrored: String
        let digest: String
        let tags: [String]
    }

    struct Artifact: Decodable {
        let mirrored: String
        let digest: String
        let tag: String
    }

    struct SignatureTag: Decodable {
        let repository: String
        let tag: String
        let digest: String
        let state: String
    }

    struct File: Decodable {
        let name: String
        let digest: String
        let size: Int
        let coverage: String?
        let list: String?
        let line: Int?
    }

    let images: [Image]
    let chart: Artifact
    let releaseArtifact: Artifact
    let signatureTags: [SignatureTag]
    let files: [File]
    let absent: [String]

    init(in folder: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: folder + "/deployment-record.json"))
        self = try JSONDecoder().decode(DeploymentRecord.self, from: bytes)
    }
}
