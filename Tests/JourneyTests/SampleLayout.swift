import CommandRunner
import Foundation

/// What the vendor's registry holds, as the sample's own layout tells.
struct SampleLayout {
    struct Named: Hashable {
        let repository: String
        let tag: String
        let digest: String
    }

    struct Referrer: Hashable {
        let repository: String
        let subject: String
        let digest: String
    }

    let folder: String
    let named: [Named]
    let referrers: [Referrer]
    /// Configs and layers of everything.
    let blobs: Set<String>
    /// The blobs that planning reads: layers of signatures and attestations, and configs of platform images.
    let evidence: Set<String>

    private static let refName = "org.opencontainers.image.ref.name"

    init(_ folder: String = CommandRunner.checkout + "/testdata/sample/images") throws {
        self.folder = folder
        func document(_ digest: String) throws -> OCIDocument {
            let path = folder + "/blobs/sha256/" + digest.dropFirst("sha256:".count)
            return try OCIDocument(Array(Data(contentsOf: URL(filePath: path))))
        }
        let index =
            try OCIDocument(Array(Data(contentsOf: URL(filePath: folder + "/index.json")))).manifests ?? []
        var named: [Named] = []
        var homes: [String: String] = [:]
        var blobs: Set<String> = []
        var evidence: Set<String> = []
        for entry in index {
            var waiting = [entry.digest]
            let name = entry.annotations?[Self.refName]?.split(separator: ":").map(String.init)
            if let name { named.append(Named(repository: name[0], tag: name[1], digest: entry.digest)) }
            while let digest = waiting.popLast() {
                let found = try document(digest)
                waiting += (found.manifests ?? []).map(\.digest)
                blobs.formUnion(found.blobs.map(\.digest))
                evidence.formUnion((found.layers ?? []).filter(\.isEvidence).map(\.digest))
                // The config of an image has its labels; manifests with statements for layers are no images.
                if let config = found.config, found.layers?.contains(where: \.isFileSystem) == true {
                    evidence.insert(config.digest)
                }
                if let name { homes[digest] = name[0] }
            }
        }
        var open = try index.filter { $0.annotations?[Self.refName] == nil }
            .map { ($0.digest, try document($0.digest).subject?.digest) }
        var referrers: [Referrer] = []
        while !open.isEmpty {
            let placed = open.filter { $0.1.flatMap { homes[$0] } != nil }
            guard !placed.isEmpty else { throw NotSeen(description: "\(open): referrers of nothing") }
            for (digest, subject) in placed {
                guard let subject, let home = homes[subject] else { continue }
                referrers.append(Referrer(repository: home, subject: subject, digest: digest))
                homes[digest] = home
            }
            open.removeAll { entry in placed.contains { $0.0 == entry.0 } }
        }
        (self.named, self.referrers, self.blobs, self.evidence) = (named, referrers, blobs, evidence)
    }

    /// The images by version tag.
    var images: [Named] { named.filter { $0.tag == Sample.version } }
    var chart: Named? { named.first { $0.repository == "charts/cloudgrid" } }
    var signatures: [Named] { named.filter { $0.tag.hasPrefix("sha256-") } }
}
