import ArgumentParser
import BundleFormat
import OCI
import ReleaseRecord
import ReleaseSet
import StrictJSON
import SystemPackage
import Trust

/// `cgbundle record attach`: put a file of your own into a release's folder.
struct RecordAttachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Copy a file of your own into the record of a release.",
        discussion: """
            The copy goes to attachments/ in the folder of the release. The log gets a line with its SHA-256 and \
            size. A file with the same name and other content is never overwritten. Example:

              cgbundle record attach v1.0.0 change-4711.pdf --record /srv/cloudgrid-record
            """)

    @Argument(help: ArgumentHelp("Version of the release, as the log has it.", valueName: "version"))
    var version: String

    @Argument(help: ArgumentHelp("File to copy.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Folder of the record.", valueName: "dir"))
    var record: String

    @Option(help: ArgumentHelp("Name in attachments/. Default: the name of the file.", valueName: "name"))
    var name: String?

    @OptionGroup var release: RecordedReleaseOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !record.isEmpty else { throw ValidationError("--record takes the path of a folder") }
        guard (try? ReleaseVersion(version)) != nil else {
            throw ValidationError("\(version): expected a version such as v1.0.0")
        }
        guard (try? FileName(attachedName)) != nil else {
            throw ValidationError(
                "\(attachedName): expected a file name of letters, digits and ._+-; give one with --name")
        }
    }

    private var attachedName: String { name ?? FilePath(file).lastComponent?.string ?? "" }

    func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) { try command.attach(printer) }
    }

    private func attach(_ printer: Printer) throws {
        let source = try InputFile.opened(file)
        guard try FileIdentity(of: source).isRegular else {
            throw Finding(.local, "file.notregular", at: .file, "\(file): is not a regular file")
        }
        let locked = try Record(root: FilePath(record)).locked(makesRoot: false)
        let id = try release.id(version, in: locked)
        let attached = try locked.attach(source, as: try FileName(attachedName), to: id, at: Clock.now)
        printer.warnings(attached.change)
        try printer.json([
            "ok": true, "file": .string(attached.path.string), "digest": .string(attached.digest.description),
            "size": .integer(attached.size), "alreadyAttached": .bool(attached.wasThere),
        ])
        let state = attached.wasThere ? "already attached" : "attached"
        printer.line("\(state): \(attached.path), \(attached.size) bytes, \(attached.digest)")
    }
}

/// Names of a release in the record beside its version.
struct RecordedReleaseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Channel of the release.", valueName: "name"))
    var channel = "release"

    @Option(help: ArgumentHelp("Revision of the bundle. Default: the highest in the log.", valueName: "n"))
    var revision: Int64?

    func validate() throws {
        guard (try? FileName(channel)) != nil else {
            throw ValidationError("--channel takes a name of letters, digits and ._+-")
        }
    }

    func id(_ version: String, in record: LockedRecord) throws -> ReleaseID {
        try record.release(
            product: try FileName("cloudgrid"), channel: try FileName(channel),
            version: try ReleaseVersion(version), revision: revision)
    }
}
