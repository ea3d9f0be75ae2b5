import ArgumentParser
import BundleFormat
import OCI
import ReleaseRecord
import ReleaseSet
import StrictJSON

/// `cgbundle record check-rendered`: the comparison of rendered manifests with the record.
struct CheckRenderedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-rendered",
        abstract:
            "Check that rendered manifests run only images of the record, and list what the cluster needs.",
        discussion: """
            Reads the output of helm template on standard input. Every image must be in the record by digest, at the \
            location from which the cluster pulls. If the record has a pull secret, every pod must name it or be able \
            to get it through its service account. The files that helm reads from the record must be unchanged. \
            install.sh calls this command before helm changes anything. Example:

              helm template cloudgrid cloudgrid-1.0.0.tgz -f values.yaml \\
                | cgbundle record check-rendered record/cloudgrid/release/v1.0.0-r1
            """)

    @OptionGroup var release: ReleaseFolderArgument

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Namespace of objects that name none.", valueName: "name"))
    var namespace = "cloudgrid"

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) {
            let record = try command.release.recorded()
            for path in record.installedPaths {
                _ = try command.release.bytes(of: path, recordedIn: record)
            }
            let input = try InputFile.bytes(
                of: "/dev/stdin", limit: YAMLStream.sizeLimit, takesPipes: true)
            let rendered = try RenderedRelease(input, namespace: command.namespace)
            if let refusal = Refusal(rendered.findings(against: record)) { throw refusal }
            try printer.rendered(rendered, needs: ClusterNeeds(of: rendered, recordedIn: record))
        }
    }
}
