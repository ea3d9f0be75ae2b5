import BundleFormat
import Glibc
import LibCrypto
import OCI

/// Comparison of a release's folder with its `deployment-record.json`, file by file.
///
/// `attachments/` is the operator's own and is not looked at.
struct FolderInspection: Sendable {
    enum Problem: String, Sendable {
        case linked, changed, foreign, missing
    }

    struct Item: Sendable {
        let problem: Problem
        /// Relative to the release's folder.
        let path: String
        let detail: String
    }

    private(set) var items: [Item] = []
    /// `nil` if the document is missing, is a link, or cannot be read.
    private(set) var document: EarlierRecord?
    private(set) var hasAttachments = false

    /// - Parameter logged: The document's digest in the log; `nil` if the log has none.
    init(of folder: borrowing RecordFolder, logged: Digest?) throws(Finding) {
        document = try readDocument(in: folder, logged: logged)
        guard let document else {
            // Without the list of files everything else is of unknown origin.
            try walk(folder, below: "", files: [:])
            return
        }
        try walk(folder, below: "", files: document.files)
        let seen = Set(items.map(\.path))
        for path in document.files.keys.sorted() where !found.contains(path) && !seen.contains(path) {
            let isBelowLink = items.contains { path.hasPrefix($0.path + "/") }
            if !isBelowLink { add(.missing, path, "the file is missing") }
        }
    }

    private var found: Set<String> = []

    /// Paths of files that no import wrote, or that have other content than the import gave them.
    var notOurs: [String] {
        items.filter { $0.problem != .missing && $0.path != DeploymentRecord.name }.map(\.path)
    }

    private mutating func add(_ problem: Problem, _ path: String, _ detail: String) {
        items.append(Item(problem: problem, path: path, detail: detail))
    }

    private mutating func readDocument(in folder: borrowing RecordFolder, logged: Digest?) throws(Finding)
        -> EarlierRecord?
    {
        let name = DeploymentRecord.name
        guard let status = try folder.status(of: name) else {
            add(.missing, name, "the file is missing")
            return nil
        }
        guard isPlain(status, name) else { return nil }
        guard let bytes = try? folder.bytes(of: name, limit: DeploymentRecord.maximumSize),
            let document = try? EarlierRecord(bytes)
        else {
            add(.changed, name, "the file cannot be read as a deployment record")
            return nil
        }
        if let logged, document.digest != logged {
            add(.changed, name, "expected \(logged) as in the log, found \(document.digest)")
        }
        return document
    }

    private mutating func isPlain(_ status: stat, _ path: String) -> Bool {
        switch status.st_mode & S_IFMT {
        case S_IFREG where status.st_nlink == 1: return true
        case S_IFREG: add(.linked, path, "is a file with \(status.st_nlink) names (hard links), expected one")
        case S_IFLNK: add(.linked, path, "is a symbolic link, expected a file")
        default: add(.changed, path, "is not a regular file")
        }
        return false
    }

    private mutating func walk(
        _ folder: borrowing RecordFolder, below prefix: String, files: [String: EarlierRecord.File],
    ) throws(Finding) {
        for name in try folder.names().sorted() {
            let path = prefix + name
            guard path != DeploymentRecord.name, let status = try folder.status(of: name) else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            if path == RecordPart.attachments.name, isFolder {
                hasAttachments = true
            } else if isFolder, files.keys.contains(where: { $0.hasPrefix(path + "/") }),
                let inner = try folder.folder(name)
            {
                try walk(inner, below: path + "/", files: files)
            } else if let file = files[path] {
                found.insert(path)
                guard isPlain(status, path) else { continue }
                try compare(name, in: folder, with: file, status, path)
            } else if status.st_mode & S_IFMT == S_IFLNK {
                add(.linked, path, "is a symbolic link that no import made")
            } else {
                add(
                    .foreign, path, isFolder ? "is a folder that no import made" : "no import wrote this file"
                )
            }
        }
    }

    private mutating func compare(
        _ name: String, in folder: borrowing RecordFolder, with file: EarlierRecord.File, _ status: stat,
        _ path: String,
    ) throws(Finding) {
        guard Int64(status.st_size) == file.size else {
            add(.changed, path, "expected \(file.size) bytes, found \(status.st_size)")
            return
        }
        guard let digest = try folder.digest(of: name) else { return }
        if digest != file.digest { add(.changed, path, "expected \(file.digest), found \(digest)") }
    }
}
