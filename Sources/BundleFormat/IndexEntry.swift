package import OCI
import StrictJSON

/// One descriptor of a bundle's `index.json`: what it is, and where in a target it belongs.
///
/// The name is a repository below the target's prefix and never contains a colon, so that tools which split a
/// reference at a colon can address it (bundle-spec/bundle-v1.md, section 3).
package struct IndexEntry: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case image
        case extraImage = "extra-image"
        case chart, release, signature, referrer
    }

    package let kind: Kind
    /// The repository below the target's prefix.
    package let repository: RepositoryName
    /// The tag of a signature or of an extra image; other tags follow from the release.
    package let tag: Tag?
    package let mediaType: MediaType
    package let digest: Digest
    package let size: Int64
    /// The full reference at the source, for tools that want one.
    package let sourceName: String

    package init(
        kind: Kind, repository: RepositoryName, tag: Tag? = nil, descriptor: Descriptor, sourceName: String,
    ) {
        self.kind = kind
        self.repository = repository
        self.tag = tag
        mediaType = descriptor.mediaType
        digest = descriptor.digest
        size = descriptor.size
        self.sourceName = sourceName
    }

    package static let chartRepository = "charts/cloudgrid"
    package static let releaseRepository = "releases/cloudgrid"

    package var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: size)
    }

    /// The value of `org.opencontainers.image.ref.name`.
    package var refName: String {
        switch kind {
        case .signature: repository.text + "/" + (tag?.text ?? "")
        case .referrer: repository.text + "/referrers/sha256-" + digest.hex
        case .image, .extraImage, .chart, .release: repository.text
        }
    }
}

extension IndexEntry {
    enum Annotation {
        static let refName = "org.opencontainers.image.ref.name"
        static let sourceName = "io.containerd.image.name"
        static let kind = "dev.cgbundle.kind"
        static let tag = "dev.cgbundle.tag"
    }

    var json: JSONValue {
        var annotations = [
            Annotation.refName: refName, Annotation.sourceName: sourceName, Annotation.kind: kind.rawValue,
        ]
        if kind == .extraImage, let tag { annotations[Annotation.tag] = tag.text }
        return Descriptor(mediaType: mediaType, digest: digest, size: size, annotations: annotations).json
    }

    init(_ descriptor: Descriptor, at pointer: String) throws(Finding) {
        func text(_ name: String) throws(Finding) -> String {
            guard let value = descriptor.annotations[name] else {
                throw .index("index.shape", "\(pointer): has no annotation \(name)")
            }
            return value
        }
        let known: Set = [Annotation.refName, Annotation.sourceName, Annotation.kind, Annotation.tag]
        if let other = descriptor.annotations.keys.filter({ !known.contains($0) }).min() {
            throw .index(
                "index.shape", "\(pointer): has the annotation \(other), which this version does not know")
        }
        let name = try text(Annotation.refName)
        guard let kind = Kind(rawValue: try text(Annotation.kind)) else {
            throw .index("index.shape", "\(pointer): \(Annotation.kind) is none that this version knows")
        }
        let tag: Tag?
        let repository: RepositoryName
        do {
            switch kind {
            case .image, .chart, .release:
                (repository, tag) = (try RepositoryName(name), nil)
            case .extraImage:
                (repository, tag) = (try RepositoryName(name), try Tag(try text(Annotation.tag)))
            case .signature:
                guard let slash = name.lastIndex(of: "/") else { throw ReferenceError.repository(name) }
                repository = try RepositoryName(String(name[..<slash]))
                let text = try Tag(String(name[name.index(after: slash)...]))
                guard text.cosignSubject != nil else { throw ReferenceError.tag(text.text) }
                tag = text
            case .referrer:
                let suffix = "/referrers/sha256-" + descriptor.digest.hex
                guard name.hasSuffix(suffix) else { throw ReferenceError.repository(name) }
                (repository, tag) = (try RepositoryName(String(name.dropLast(suffix.utf8.count))), nil)
            }
        } catch let finding as Finding {
            throw finding
        } catch {
            throw .index("index.name", "\(pointer): ref name \"\(name)\" is not one of kind \(kind.rawValue)")
        }
        self.init(
            kind: kind, repository: repository, tag: tag, descriptor: descriptor,
            sourceName: try text(Annotation.sourceName))
    }
}

extension Finding {
    static func index(_ reason: String, _ message: String) -> Finding {
        Finding(.format, reason, at: .graph, "index.json: " + message)
    }
}
