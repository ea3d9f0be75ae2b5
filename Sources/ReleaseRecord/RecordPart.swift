/// Folder of a release's folder, by the origin of the files in it.
enum RecordPart: String, CaseIterable, Sendable {
    /// The original files of the release, and the chart as the bundle brings it.
    case release
    /// The signed statement, its signatures, and the result of the vendor proof.
    case evidence
    /// The files made for an installation from the target.
    case install
    /// The operator's own files; the import never writes over one of them.
    case attachments

    var name: String { rawValue }

    /// Path of a file of this folder, relative to the release's folder.
    func path(_ file: String) -> String { name + "/" + file }
}
