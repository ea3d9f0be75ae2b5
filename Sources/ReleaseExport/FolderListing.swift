import BundleFormat
import Glibc
import OCI
import ReleaseSet
import SystemPackage

/// The files of a release folder, at its top and in the workflow's own subfolders, and the subfolders that are skipped.
struct FolderListing {
    /// A subfolder that is not part of a release.
    struct SkippedFolder {
        let path: FilePath
        /// Files in it and below, at most `limit`.
        let count: Int

        static let limit = 10_000

        var warning: Finding {
            let files = count == 1 ? "1 file" : "\(count >= Self.limit ? "at least " : "")\(count) files"
            return Finding(
                .policy, "folder.skipped", at: .releaseSet,
                "\(escaped(path.string)): skipped, not a folder of a release; \(files) in it are not in the bundle"
            )
        }
    }

    let files: [(path: FilePath, name: FileName)]
    let skipped: [SkippedFolder]

    /// - Parameter parts: the subfolders whose files are listed.
    init(_ path: FilePath, parts: Set<String>) throws {
        var files: [(path: FilePath, name: FileName)] = []
        var skipped: [SkippedFolder] = []
        for text in try Self.names(in: path) {
            let place = path.appending(text)
            if !Self.isFolder(place) {
                files.append((place, try Self.fileName(text)))
            } else if parts.contains(text) {
                files += try Self.names(in: place).map { (place.appending($0), try Self.fileName($0)) }
            } else {
                skipped.append(SkippedFolder(path: place, count: try Self.count(in: place)))
            }
        }
        (self.files, self.skipped) = (files, skipped)
    }

    /// Counts files below a folder; links are counted and not followed.
    private static func count(in folder: FilePath) throws -> Int {
        var waiting = [folder]
        var count = 0
        while let next = waiting.popLast(), count < SkippedFolder.limit {
            for text in try names(in: next) {
                let place = next.appending(text)
                if isFolder(place) { waiting.append(place) } else { count += 1 }
            }
        }
        return min(count, SkippedFolder.limit)
    }

    /// A link to a folder is not a folder: its files are not the release's.
    private static func isFolder(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func fileName(_ text: String) throws -> FileName {
        do {
            return try FileName(text)
        } catch {
            throw Finding(error)
        }
    }

    static func names(in path: FilePath) throws -> [String] {
        guard let folder = opendir(path.string) else {
            throw Finding(
                .local, "file.open", at: .file, "\(path): cannot be listed: \(Errno(rawValue: errno))")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                guard errno == 0 else {
                    throw Finding(.local, "read.io", at: .file, "\(path): \(Errno(rawValue: errno))")
                }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }
}
