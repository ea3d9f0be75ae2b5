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
