import BundleFormat
import Glibc
import ReleaseSet
package import SystemPackage

/// The release files as they were downloaded: one flat folder, every file of which travels.
package struct ReleaseFolder: Sendable {
    package let path: FilePath
    /// Sorted by name.
    package let files: [LocalFile]

    /// Lists the folder and hashes every file, a few at a time.
    ///
    /// A name that is not safe as a file name, or anything that is no file, is refused: left out in silence it would be
    /// missed on the other side.
    package init(_ path: FilePath, width: Int) async throws {
        self.path = path
        let names = try Self.names(in: path).map(Self.fileName)
        files = try await boundedMap(names, width: width) { name in
            try LocalFile(path.appending(name.text), name: name)
        }.sorted { $0.file.name < $1.file.name }
    }

    package func file(named name: String) -> LocalFile? { files.first { $0.file.name.text == name } }

    /// The release manifest's bytes, the first thing that an export reads.
    package static func manifest(in path: FilePath) throws -> [UInt8] {
        let file = path.appending(ReleaseManifest.name)
        guard LocalFile.exists(file) else {
            throw Finding(
                .policy, "set.missing", at: .releaseSet,
                "\(path): has no \(ReleaseManifest.name); give the folder with the release files as downloaded"
            )
        }
        return try LocalFile.bytes(of: file, limit: ReleaseManifest.sizeLimit)
    }

    private static func fileName(_ text: String) throws -> FileName {
        do {
            return try FileName(text)
        } catch {
            throw Finding(error)
        }
    }

    private static func names(in path: FilePath) throws -> [String] {
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
