package import ArgumentParser

/// `cgbundle record`: the record of the imports into one target.
package struct RecordCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Work with the record that imports leave on the isolated side.",
        subcommands: [
            RecordAttachCommand.self, RecordRebuildCommand.self, LastValuesCommand.self,
            CheckRenderedCommand.self,
        ])

    package init() {}
}
