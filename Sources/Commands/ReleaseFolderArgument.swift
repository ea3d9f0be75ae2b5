import ArgumentParser
import BundleFormat
import ReleaseRecord

/// The folder of one release in a record.
struct ReleaseFolderArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Folder of the release in the record, with deployment-record.json.", valueName: "release-folder"))
    var folder: String

    func recorded() throws -> RecordedRelease {
        try RecordedRelease(
            try InputFile.bytes(
                of: path(RecordedRelease.documentName), limit: RecordedRelease.sizeLimit))
    }

    /// The bytes of a file that the import wrote, compared with the digest in the record.
    func bytes(of file: String, recordedIn record: RecordedRelease, limit: Int = 64 << 20) throws -> [UInt8] {
        let bytes = try InputFile.bytes(of: path(file), limit: limit)
        try record.require(bytes, at: file)
        return bytes
    }

    private func path(_ file: String) -> String {
        folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
    }
}
