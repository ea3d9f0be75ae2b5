import StrictJSON

/// The machine that an image manifest is for.
///
/// OCI image-spec 1.1.1, image-index.md. BuildKit lists its attestation manifests as `unknown/unknown`.
package struct Platform: Hashable, Sendable, CustomStringConvertible {
    package var os: String
    package var architecture: String
    package var variant: String?

    package init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    init(json node: JSONNode) throws(JSONError) {
        os = try node.member("os").string()
        architecture = try node.member("architecture").string()
        variant = try node.optional("variant")?.string()
    }

    package var description: String {
        ([os, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/")
    }

    /// Whether the manifest beside this platform is an attestation and not something to run.
    package var isUnknown: Bool { os == "unknown" && architecture == "unknown" }
}
