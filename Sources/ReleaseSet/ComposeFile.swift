/// The compose file of a release: its services, with the image that each runs and the files that each mounts.
///
/// Anchors, merges and `extends` inside the file are followed, so a service has what Compose gives it. Texts are as
/// written: variables are replaced later, with the settings of an environment file. Tags (`!override`, `!reset`,
/// `!!timestamp`, …) are ignored, because they change no text that is read here.
///
/// Compose specification, "Services".
package struct ComposeFile: Sendable {
    package static let name = "cloudgrid.compose.yaml"

    /// A text of the file, with its variables, and the line where it was found.
    package struct Text: Hashable, Sendable {
        package let text: String
        /// Counted from one.
        package let line: Int
    }

    package struct Service: Hashable, Sendable {
        package let name: String
        /// Profiles that start the service; empty if it always starts.
        package let profiles: [String]
        /// Reference of the image; `nil` if the service has none of its own.
        package let image: Text?
        package let mounts: [ComposeMount]
    }

    /// Name of the file, for messages.
    package let document: String
    /// In the order of the file.
    package let services: [Service]
    /// Other compose files that this one includes or extends; their services are not read.
    package let otherFiles: [Text]

    package init(_ bytes: [UInt8], document: String = Self.name) throws(ReleaseSetError) {
        let yaml: YAMLDocument
        do {
            yaml = try YAMLDocument(bytes, tags: .ignored)
        } catch {
            throw .yaml(document: document, error)
        }
        var reader = ComposeReader(yaml, document: document)
        services = try reader.services()
        otherFiles = reader.otherFiles
        self.document = document
    }
}
