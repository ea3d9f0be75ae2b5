/// The values with which the chart is installed: which images run and from where they come.
///
/// The bytes are kept as they are. The chart composes `<global.imageRegistry>/<repository>@<digest>`; a
/// repository that contains `/` is used as it is.
package struct ReleaseValues: Sendable {
    package static let name = "release-values.yaml"
    static let registryPath = ["global", "imageRegistry"]

    package let document: YAMLDocument

    package var bytes: [UInt8] { document.bytes }

    /// - Parameter name: The file's name in messages about its syntax.
    package init(_ bytes: [UInt8], name: String = Self.name) throws(ReleaseSetError) {
        do {
            document = try YAMLDocument(bytes)
        } catch {
            throw .yaml(document: name, error)
        }
        if let root = document.root, document.entries(of: root) == nil, !document.nodes[root].isNull {
            throw .valuesShape(key: "document", line: document.nodes[root].line, expected: "a mapping")
        }
    }

    /// The registry location before which repositories are put, `global.imageRegistry`.
    package var registry: String? {
        document.value(at: Self.registryPath).flatMap { document.text(of: $0) }
    }
}
