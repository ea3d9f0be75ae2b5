package import OCI

/// An image that the operator added to the release, by digest: a NATS or a SurrealDB from an approved source.
package struct ExtraImage: Hashable, Sendable {
    /// Below the mirror's location.
    package let repository: RepositoryName
    package let digest: Digest
    /// The reference at the source, which may have a tag and a digest.
    package let source: String

    package init(repository: RepositoryName, digest: Digest, source: String) {
        self.repository = repository
        self.digest = digest
        self.source = source
    }

    /// The source's name without tag and digest.
    package var sourceName: String { Self.name(in: source) }

    /// The parts of the chart's values that run an image of their own, by the last component of the image's name.
    private static let bundledParts = ["nats", "surrealdb"]

    /// The part that this image is for, told by its name at the source or in the mirror.
    package var bundledPart: String? {
        let names = [sourceName, repository.text].map(Self.lastComponent)
        return Self.bundledParts.first { names.contains($0) }
    }

    /// Of several images for one part none is chosen: which of them runs is not for a program to guess.
    static func byPart(_ images: [ExtraImage]) -> [String: ExtraImage] {
        Dictionary(grouping: images.filter { $0.bundledPart != nil }) { $0.bundledPart ?? "" }
            .compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    /// A reference without its tag and digest.
    static func name(in reference: String) -> String {
        let name = reference.prefix { $0 != "@" }
        guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return String(name) }
        return String(name[..<colon])
    }

    private static func lastComponent(_ name: String) -> String {
        String(name.split(separator: "/").last ?? "")
    }
}
