/// Values of the variables of a compose file: the settings of `cloudgrid.env.example`.
///
/// The last of several settings with one name counts, as in Compose.
package struct ComposeEnvironment: Hashable, Sendable {
    package typealias Setting = EnvironmentFile.Setting

    package let document: String
    package let settings: [String: Setting]

    package init(_ bytes: [UInt8], document: String) throws(ReleaseSetError) {
        self.init(try EnvironmentFile(bytes, document: document), document: document)
    }

    package init(_ file: EnvironmentFile, document: String) {
        self.document = document
        settings = Dictionary(file.settings.map { ($0.name, $0) }) { _, last in last }
    }

    /// Returns the text with its variables replaced; `nil` if a variable has no value and no default, or the text is not
    /// well-formed.
    package static func expand(_ text: String, with settings: [String: Setting]) -> String? {
        ComposeVariables.replaced(in: text, with: settings).flatMap { $0.isComplete ? $0.text : nil }
    }
}
