import BundleFormat
import Glibc
package import Registry
package import ReleaseSet
package import SystemPackage

/// Fetches the files of a release from the host where the vendor publishes them, into a folder that an export then reads.
///
/// If the host has an API that lists the files, these are fetched. Otherwise: the manifest and what it promises, what
/// every release may have, what the checksum files list, and for each file that came the possible proofs of it. Absent
/// files are not judged here: an export refuses to go without a promised one.
package struct ReleaseDownload: Sendable {
    private let version: ReleaseVersion
    private let files: WebFiles
    private let api: ReleaseAPI?
    private let folder: FilePath
    private let width: Int
    private let leavingOut: Set<ReleaseParts.Group>
    private let allowance: DownloadAllowance

    /// Eight for each file; more is no release.
    private static let maximumRequests = 8192
    private static let maximumSize = 4 << 30

    package init(
        _ version: ReleaseVersion, from files: WebFiles, listedBy api: ReleaseAPI?, into folder: FilePath,
        width: Int,
        leavingOut: Set<ReleaseParts.Group>,
    ) throws {
        self.version = version
        self.files = files
        self.api = api
        self.folder = folder
        self.width = width
        self.leavingOut = leavingOut
        allowance = try DownloadAllowance(for: folder)
    }

    /// The result of a download.
    package struct Outcome: Sendable {
        /// The way in which the names of the files became known.
        package enum Way: Hashable, Sendable {
            case listed
            /// - Parameter fault: why the API's list is not used; `nil` if there is no API.
            case predicted(fault: String?)
        }

        package let way: Way
        /// Names that were asked for, or expected in the list, and are not there.
        package let notFound: [FileName]
        package let fileCount: Int
        /// Requests in all, and those of them that went to the API; with redirects and repetitions.
        package let requests: Int
        package let apiRequests: Int
    }

    package func run() async throws -> Outcome {
        do {
            return try await fetchAll()
        } catch let error as RegistryError where error.kind == .network {
            throw Finding(
                .registry, error.reason, at: .target,
                "\(error); to export without the release host, put the release files into a folder and give it "
                    + "instead of \(version)")
        }
    }

    private func fetchAll() async throws -> Outcome {
        var way = Outcome.Way.predicted(fault: nil)
        var list: ReleaseAssetList?
        if let api {
            do {
                list = try await api.list(version)
                way = .listed
            } catch let error as RegistryError {
                way = .predicted(fault: error.description)
            } catch let fault as ReleaseListFault {
                way = .predicted(fault: fault.description)
            }
        }
        let manifest = try await fetchManifest(listed: list)
        let name = try FileName(ReleaseManifest.name)
        var round = Round(asked: [name], found: [name])
        let assets = ReleaseAssets(of: manifest, leavingOut: leavingOut)
        if let list {
            try await fetch(list.names, of: manifest, sizes: list.sizes, &round)
            round.asked.formUnion(assets.expected)
        } else {
            try await fetch(assets.names, of: manifest, &round)
            try await fetch(listed(among: round.found), of: manifest, &round)
            try await fetch(ReleaseAssets.companions(of: round.found), of: manifest, &round)
            try await fetch(ReleaseAssets.certificates(of: round.found), of: manifest, &round)
        }
        let apiRequests = api?.files.requestCount ?? 0
        return Outcome(
            way: way, notFound: round.asked.subtracting(round.found).sorted(), fileCount: round.found.count,
            requests: files.requestCount + apiRequests, apiRequests: apiRequests)
    }

    private func fetchManifest(listed list: ReleaseAssetList?) async throws -> ReleaseManifest {
        let name = try FileName(ReleaseManifest.name)
        guard try await fetch(name, listedSize: list?.sizes[name], upTo: ReleaseManifest.sizeLimit) else {
            throw Finding(
                .policy, "set.missing", at: .releaseSet,
                "\(version): the release host has no \(name) of this version")
        }
        let manifest = try ReleaseManifest(
            json: try LocalFile.bytes(of: folder.appending(name.text), limit: ReleaseManifest.sizeLimit))
        guard manifest.version == version else {
            throw Finding(
                .policy, "set.version", at: .releaseSet,
                "\(name): expected version \(version), found \(manifest.version)")
        }
        return manifest
    }

    /// What was asked for so far, and what came.
    private struct Round {
        var asked: Set<FileName>
        var found: Set<FileName>
    }

    /// The names in the checksum files that came. A list that cannot be read is reported by the export.
    private func listed(among found: Set<FileName>) throws -> [FileName] {
        try found.filter(ReleaseParts.isChecksumList).flatMap { name -> [FileName] in
            let bytes = try LocalFile.bytes(of: folder.appending(name.text), limit: ChecksumList.sizeLimit)
            return (try? ChecksumList(bytes, document: name.text))?.entries.map(\.name) ?? []
        }
    }

    /// - Parameter sizes: of the API's list, all of whose files must be there.
    private func fetch(
        _ names: [FileName], of manifest: ReleaseManifest, sizes: [FileName: Int64] = [:],
        _ round: inout Round,
    ) async throws {
        let wanted = Set(names).subtracting(round.asked).filter { name in
            !leavingOut.contains { manifest.lists(name, in: $0) }
        }
        round.asked.formUnion(wanted)
        guard round.asked.count <= Self.maximumRequests else {
            throw Finding(
                .format, "sums.size", at: .releaseSet,
                "\(version): takes \(round.asked.count) requests to the release host, at most "
                    + "\(Self.maximumRequests) are allowed")
        }
        let found = try await boundedMap(wanted.sorted(), width: width) { name in
            try await fetch(name, listedSize: sizes[name], upTo: Self.maximumSize) ? name : nil
        }
        round.found.formUnion(found.compactMap(\.self))
    }

    /// - Parameters:
    ///   - size: that the API lists: a file of another size is refused, and so is one that is not there.
    ///   - limit: for a file without a listed size, and for every file.
    private func fetch(_ name: FileName, listedSize size: Int64?, upTo limit: Int) async throws -> Bool {
        guard let size else { return try await fetch(name, upTo: limit) != nil }
        let found: Int64?
        do {
            found = try await fetch(name, upTo: Int(min(size, Int64(limit))))
        } catch RegistryError.tooLarge where size < limit {
            throw Finding(
                .registry, "pull.toolarge", at: .target,
                "\(name): larger than the \(size) bytes that the release API lists; export again, the asset may have "
                    + "been replaced")
        }
        guard let found else {
            throw Finding(
                .registry, "pull.absent", at: .target,
                "\(name): listed by the release API, but the release host does not have it")
        }
        guard found == size else {
            throw Finding(
                .content, "pull.size", at: .target,
                "\(name): expected the \(size) bytes that the release API lists, found \(found); export again, the "
                    + "asset may have been replaced")
        }
        return true
    }

    /// Returns the number of bytes, or `nil` if the host has no such file.
    private func fetch(_ name: FileName, upTo limit: Int) async throws -> Int64? {
        let path = folder.appending(name.text)
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite])
        } catch {
            throw Finding(.local, "write.open", at: .file, "\(path): cannot be created: \(error)")
        }
        var share = allowance.share()
        var size: Int64 = 0
        let isThere: Bool
        do {
            isThere = try await files.fetch("\(version)/\(name)", upTo: limit) { announced in
                guard ftruncate(file.rawValue, 0) == 0, lseek(file.rawValue, 0, SEEK_SET) == 0 else {
                    throw Self.unwritten(path, Errno(rawValue: errno))
                }
                size = 0
                try share.begin(announced: announced)
            } into: { bytes in
                size += Int64(bytes.count)
                try share.add(bytes.count)
                do {
                    _ = try file.writeAll(bytes)
                } catch {
                    throw Self.unwritten(path, error)
                }
            }
        } catch {
            try? file.close()
            throw error
        }
        do {
            try file.close()
        } catch {
            throw Self.unwritten(path, error)
        }
        guard isThere || unlink(path.string) == 0 else {
            throw Self.unwritten(path, Errno(rawValue: errno))
        }
        return isThere ? size : nil
    }

    private static func unwritten(_ path: FilePath, _ error: any Error) -> Finding {
        Finding(
            .local, error as? Errno == .noSpace ? "write.space" : "write.io", at: .file,
            "\(path): cannot be written: \(error)")
    }
}
