import ArgumentParser
import Commands

/// The program for the isolated side: the same words without `export`. The code that pulls is not in it.
@main
struct CGBundleImporter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cgbundle-importer",
        abstract: "Check a CloudGrid bundle and load it into the internal registry.",
        version: ToolVersion.text,
        subcommands: sharedCommands)
}
