package import OCI

/// What kind of file a name of the release stands for.
package enum ReleaseFileType {
    /// The longest ending wins because it stands first.
    private static let endings: [(String, MediaType)] = [
        (".spdx.json", MediaType("application/spdx+json")),
        (".sarif", MediaType("application/sarif+json")),
        (".json", MediaType("application/json")),
        (".yaml", MediaType("application/yaml")),
        (".yml", MediaType("application/yaml")),
        (".tgz", .helmChart),
        (".zip", .zip),
        (".sh", MediaType("application/x-sh")),
        (".txt", MediaType("text/plain")),
        (".pem", MediaType("application/x-pem-file")),
    ]

    /// The media type under which a file of the release travels.
    package static func mediaType(of name: FileName) -> MediaType {
        endings.first { name.text.hasSuffix($0.0) }?.1 ?? MediaType("application/octet-stream")
    }
}
