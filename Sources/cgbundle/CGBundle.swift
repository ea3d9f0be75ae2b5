import ArgumentParser
import Commands

/// The program for the connected side: everything that the importer has, and `export`.
@main
struct CGBundle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cgbundle",
        abstract: "Carry a CloudGrid release into an isolated network.",
        discussion: """
            Outside, `export` packs a release into one signed file. Inside, `import` checks every byte and every \
            signature again and loads it into the internal registry.
            """,
        version: ToolVersion.text,
        subcommands: [ExportCommand.self] + sharedCommands)
}
