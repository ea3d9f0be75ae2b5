package import ArgumentParser
package import BundleFormat
import SystemPackage

/// The bundle that a command reads.
package struct BundleArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The bundle, as export wrote it.", valueName: "file"))
    package var file: String

    @Flag(help: "Refuse a symbolic link in place of the bundle.")
    package var noFollow = false

    package init() {}

    package func open() throws(Finding) -> BundleReader {
        try BundleReader(FilePath(file), followsLinks: !noFollow)
    }
}

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
