import ArgumentParser
package import ReleaseSet

/// Whether the table of what the checksum files cover is wanted; it has a line for every file and image.
package struct CoverageFlag: ParsableArguments {
    @Flag(help: "Show for every file and image which checksum line covers it, or that none does.")
    package var coverage = false

    package init() {}

    package func tell(_ table: Coverage, _ printer: Printer) {
        guard coverage else { return }
        printer.line("  coverage   by the lines of the checksum files; what is signed is another matter:")
        table.text.forEach { printer.line("    " + $0) }
    }
}

extension Printer {
    /// Optional files that a release has not got; a reviewer may have expected them.
    package func absent(_ names: [FileName]) {
        guard !names.isEmpty else { return }
        line("  absent     not promised, and not there: " + names.map(\.text).joined(separator: ", "))
    }
}
