package import BundleFormat
package import ReleaseSet
package import SystemPackage

/// The release files as they were downloaded, every one of which travels unless it is left out by name.
///
/// They lie flat, or in the folders of the vendor's workflow; they travel flat. Two files that would then have one name are
/// refused unless their bytes are the same; but where the list for the zips is called as the list for all else, it
/// travels under the name that mirrors give it. Other folders at the top, such as the workflow's `rendered`, are skipped
/// and reported.
package struct ReleaseFolder: Sendable {
    package let path: FilePath
    /// Sorted by name.
    package let files: [LocalFile]
    /// One warning for each folder whose files do not travel.
    package let skipped: [Finding]

    /// The folders that the vendor's workflow makes.
    private static let parts: Set = ["chart", "compose", "images", binaries]
    private static let binaries = "binaries"

    /// Lists the folder and hashes every file, a few at a time.
    ///
    /// A name that is not safe as a file name, or anything that is no file, is refused: left out in silence it would be
    /// missed on the other side.
    package init(
        _ path: FilePath, width: Int, leavingOut isLeftOut: @Sendable (FileName) -> Bool = { _ in false },
    ) async throws {
        self.path = path
        let listing = try Self.listing(of: path)
        skipped = listing.skipped.map(\.warning)
        let found = listing.files.filter { !isLeftOut($0.name) }
        let hashed = try await boundedMap(found, width: width) { place in
            try LocalFile(place.path, name: place.name)
        }
        let isRenamed = Self.hasTwoLists(hashed, in: path)
        let named = hashed.map { local in isRenamed ? Self.renamed(local, in: path) : local }
        files = try Self.distinct(named.filter { !isLeftOut($0.file.name) }).sorted {
            $0.file.name < $1.file.name
        }
    }

    /// Whether the zips' list is another one than that of the same name elsewhere.
    private static func hasTwoLists(_ files: [LocalFile], in path: FilePath) -> Bool {
        let lists = files.filter { $0.file.name.text == "checksums.txt" }
        let own = lists.filter { isBinaries($0, in: path) }
        return own.contains { list in lists.contains { $0.file.digest != list.file.digest } }
    }

    private static func isBinaries(_ local: LocalFile, in path: FilePath) -> Bool {
        local.path.removingLastComponent() == path.appending(binaries)
    }

    /// The list for the zips, and what proves it, under the name that keeps it apart.
    private static func renamed(_ local: LocalFile, in path: FilePath) -> LocalFile {
        let text = local.file.name.text
        guard isBinaries(local, in: path), text == "checksums.txt" || text.hasPrefix("checksums.txt."),
            let name = try? FileName("binaries-" + text)
        else { return local }
        return local.named(name)
    }

    /// One file of each name.
    private static func distinct(_ files: [LocalFile]) throws -> [LocalFile] {
        var byName: [FileName: LocalFile] = [:]
        for local in files {
            guard let other = byName.updateValue(local, forKey: local.file.name) else { continue }
            guard other.file == local.file else {
                throw Finding(
                    .format, "name.duplicate", at: .releaseSet,
                    "\(other.path) and \(local.path): would both travel as \(local.file.name), and differ")
            }
        }
        return Array(byName.values)
    }

    static func listing(of path: FilePath) throws -> FolderListing { try FolderListing(path, parts: parts) }

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
}
