import BundleFormat
import Commands
import SystemPackage

/// What an export ends in.
enum ExportGoal: Sendable {
    /// Nothing is written; what it would take is told.
    case dryRun(output: String?)
    /// The statement alone, for others to sign.
    case statement(file: String)
    /// The bundle on standard output.
    case stream
    /// The bundle, and the small files beside it.
    case file(String)

    var isDryRun: Bool { if case .dryRun = self { true } else { false } }

    /// Where the bundle goes or would go, `-` for standard output.
    var output: String? {
        switch self {
        case .dryRun(let output): output
        case .statement: nil
        case .stream: "-"
        case .file(let file): file
        }
    }

    /// The file that files on their way lie beside.
    var place: String {
        switch self {
        case .dryRun(let file?) where file != "-": file
        case .statement(let file), .file(let file): file
        case .dryRun, .stream: "/tmp/cgbundle"
        }
    }

    /// Refuses devices, named pipes, sockets and folders at the places of all files of the export, before anything is asked
    /// or written. No option allows them.
    func requireFiles(signatures: Int) throws {
        switch self {
        case .stream, .dryRun(nil), .dryRun("-"): break
        case .statement(let file): try OutputFile.requireReplaceable(FilePath(file))
        case .file(let file), .dryRun(let file?):
            let path = FilePath(file)
            try OutputFile.requireReplaceable(path)
            try Self.companions(of: path, signatures: signatures).forEach(OutputFile.requireReplaceable)
        }
    }

    private static func companions(of path: FilePath, signatures: Int) -> [FilePath] {
        [BundleFiller.statementPath(beside: path)]
            + (0..<signatures).map { BundleFiller.signaturePath($0, beside: path) }
    }

    /// Nothing that is there is replaced unasked, neither the bundle nor the small files beside it; these may be an
    /// interrupted run's own where its unfinished bundle is there too.
    ///
    /// - Parameter statement: the file with the very statement that the bundle gets, which may be one of them.
    func requireRoom(signatures: Int, besides statement: String?) throws {
        switch self {
        case .dryRun, .stream: break
        case .statement(let file): try Self.requireNone(of: [FilePath(file)])
        case .file(let file):
            let path = FilePath(file)
            let isResumed = InputFile.exists(OutputFile.partialPath(of: path).string)
            let beside = Self.companions(of: path, signatures: signatures)
            try Self.requireNone(
                of: [path] + (isResumed ? [] : beside.filter { $0.string != statement }))
        }
    }

    private static func requireNone(of paths: [FilePath]) throws {
        guard let found = paths.first(where: { InputFile.exists($0.string) }) else { return }
        throw Finding(.usage, "output.exists", at: .file, "\(found): exists; --force replaces it")
    }
}
