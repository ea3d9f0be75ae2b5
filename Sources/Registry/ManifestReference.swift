package import OCI

/// By which of its names a manifest is asked for.
package enum ManifestReference: Hashable, Sendable, CustomStringConvertible {
    case digest(Digest)
    case tag(Tag)

    var isTag: Bool {
        guard case .tag = self else { return false }
        return true
    }

    package var description: String {
        switch self {
        case .digest(let digest): digest.description
        case .tag(let tag): tag.text
        }
    }
}

/// A manifest as a registry sent it. The digest is that of the bytes, whatever the registry says.
package struct FetchedManifest: Hashable, Sendable {
    package let bytes: [UInt8]
    package let mediaType: MediaType
    package let digest: Digest
}

/// How a blob came to be in a repository.
package enum PushOutcome: Hashable, Sendable {
    case present, mounted, uploaded
}

/// How the referrers of a manifest came to be listed.
package enum ReferrersOutcome: Hashable, Sendable {
    /// The registry keeps the list itself; nothing was written.
    case indexed
    /// The fallback tag listed them all already.
    case present
    case merged
    /// The fallback tag names something that is no index, which was left alone.
    case foreign
    /// The registry does not let the fallback tag be moved.
    case immutable
}
