package import OCI

/// Name and tag of an image at its source, spelled out: `docker.io/library/nats` and `2.14.0`.
package struct ImageSourceName: Hashable, Sendable {
    package let name: String
    package let tag: String

    package init(name: String, tag: String) {
        self.name = name
        self.tag = tag
    }
}

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

    /// The part that an image of this name is for.
    static func bundledPart(ofName name: String) -> String? {
        let last = lastComponent(name)
        return bundledParts.first { $0 == last }
    }

    /// The tag of the source, if it has one.
    package var tag: String? { ImagePin(source).tag }

    /// Returns the image for each part of the chart.
    ///
    /// Of several images for one part, the one whose source is in `named` is chosen; if that is none or more than one, no
    /// image is chosen: the program must not guess which of them is to run.
    package static func byPart(
        _ images: [ExtraImage], named: Set<ImageSourceName> = [],
    ) -> [String: ExtraImage] {
        Dictionary(grouping: images.filter { $0.bundledPart != nil }) { $0.bundledPart ?? "" }
            .compactMapValues { images in
                if images.count == 1 { return images.first }
                let exact = images.filter { image in
                    image.tag.map { named.contains(ImageSourceName(name: image.sourceName, tag: $0)) } == true
                }
                return exact.count == 1 ? exact.first : nil
            }
    }

    /// A reference without its tag and digest.
    package static func name(in reference: String) -> String {
        let name = reference.prefix { $0 != "@" }
        guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return String(name) }
        return String(name[..<colon])
    }

    private static func lastComponent(_ name: String) -> String {
        String(name.split(separator: "/").last ?? "")
    }
}
