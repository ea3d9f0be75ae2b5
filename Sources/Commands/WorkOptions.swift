import ArgumentParser

/// How much is done at a time.
package struct WorkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many blobs are read or moved at a time.", valueName: "n"))
    package var concurrency = 4

    package init() {}

    package func validate() throws {
        guard (1...32).contains(concurrency) else {
            throw ValidationError("--concurrency takes 1 to 32")
        }
    }
}
