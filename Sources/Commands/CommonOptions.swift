package import ArgumentParser

extension OutputFormat: ExpressibleByArgument {}

/// What every command takes.
package struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How to write the result.", valueName: "text|json"))
    package var format: OutputFormat = .text

    @Flag(name: [.short, .long], help: "Show no progress and no notes; warnings and errors stay.")
    package var quiet = false

    package init() {}

    package var printer: Printer { Printer(format: format, isQuiet: quiet) }
}
