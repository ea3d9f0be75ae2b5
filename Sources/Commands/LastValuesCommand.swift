import ArgumentParser
import BundleFormat
import Glibc
import ReleaseRecord
import ReleaseSet

/// `cgbundle record last-values`: the values file that helm has to read last.
struct LastValuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "last-values",
        abstract: "Print the values that helm reads last, so that every image comes from the mirror.",
        discussion: """
            Prints install/last-values.yaml of the release. Where it names a pull secret, the pull secrets of the \
            given values files are added, because helm replaces lists. install.sh calls this command. Example:

              cgbundle record last-values record/cloudgrid/release/v1.0.0-r1 -f cloudgrid-prod.yaml
            """)

    @OptionGroup var release: ReleaseFolderArgument

    @Option(
        name: [.short, .customLong("values")],
        help: ArgumentHelp(
            "A values file that helm reads before, in its order (repeatable).", valueName: "file"))
    var file: [String] = []

    func run() async throws {
        let command = self
        try await CommandRun.perform(Printer(format: .text, isQuiet: false)) {
            let record = try command.release.recorded()
            let fixed = try command.release.bytes(of: RecordedRelease.lastValuesPath, recordedIn: record)
            let files = try command.file.map { name in
                (name: name, bytes: try InputFile.bytes(of: name, limit: YAMLDocument.sizeLimit))
            }
            let bytes = try LastValues.adding(secretsOf: files, to: fixed)
            Printer.write(String(decoding: bytes, as: UTF8.self), to: STDOUT_FILENO)
        }
    }
}
