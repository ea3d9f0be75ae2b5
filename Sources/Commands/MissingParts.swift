package import ArgumentParser

/// What an operator knows to be missing from a release and accepts without.
package struct MissingParts: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Accept a release without this promised part: a file, an image, IMAGE:PLATFORM or a reference, as the "
                + "refusal names it. A contradiction is never accepted.",
            valueName: "name"))
    package var allowMissing: [String] = []

    package init() {}

    package var names: Set<String> { Set(allowMissing) }

    /// As the record keeps it.
    package var used: [String] { allowMissing.map { "--allow-missing \($0)" } }
}
