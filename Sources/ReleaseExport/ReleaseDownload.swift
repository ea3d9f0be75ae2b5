import BundleFormat
import Glibc
package import Registry
package import ReleaseSet
package import SystemPackage

/// Fetches the files of a release from the host where the vendor publishes them, into a folder that an export then reads.
///
/// Which files: the manifest and what it promises, what every release has, what the checksum files list, and beside each
/// file that came what may prove it. What is absent is not judged here: an export refuses what is promised.
package struct ReleaseDownload: Sendable {
    private let version: ReleaseVersion
    private let files: WebFiles
    private let folder: FilePath
    private let width: Int
    private let leavingOut: Set<ReleaseParts.Group>
    private let allowance: DownloadAllowance

    /// Eight for each file; more is no release.
    private static let maximumRequests = 8192
    private static let maximumSize = 4 << 30

    package init(
        _ version: ReleaseVersion, from files: WebFiles, into folder: FilePath, width: Int,
        leavingOut: Set<ReleaseParts.Group>,
    ) throws {
        self.version = version
        self.files = files
        self.folder = folder
        self.width = width
        self.leavingOut = leavingOut
        allowance = try DownloadAllowance(for: folder)
    }

    /// - Returns: what was asked for and is not there.
    package func run() async throws -> [FileName] {
        do {
            return try await fetchAll()
        } catch let error as RegistryError where error.kind == .network {
            throw Finding(
                .registry, error.reason, at: .target,
                "\(error); to export without the release host, put the release files into a folder and give it "
                    + "instead of \(version)")
        }
    }

    private func fetchAll() async throws -> [FileName] {
        let name = try FileName(ReleaseManifest.name)
        guard try await fetch(name, upTo: ReleaseManifest.sizeLimit) else {
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
        var round = Round(asked: [name], found: [name])
        let assets = ReleaseAssets(of: manifest, leavingOut: leavingOut)
        try await fetch(assets.names, of: manifest, &round)
        try await fetch(listed(), of: manifest, &round)
        try await fetch(ReleaseAssets.companions(of: round.found), of: manifest, &round)
        try await fetch(ReleaseAssets.certificates(of: round.found), of: manifest, &round)
        return round.asked.subtracting(round.found).sorted()
    }

    /// What was asked for so far, and what came.
    private struct Round {
        var asked: Set<FileName>
        var found: Set<FileName>
    }

    /// What the lists that came have lines for. A list that cannot be read is told by the export.
    private func listed() throws -> [FileName] {
        try ["checksums.txt", "binaries-checksums.txt"].flatMap { name -> [FileName] in
            let path = folder.appending(name)
            guard LocalFile.exists(path) else { return [] }
            let bytes = try LocalFile.bytes(of: path, limit: ChecksumList.sizeLimit)
            return (try? ChecksumList(bytes, document: name))?.entries.map(\.name) ?? []
        }
    }

    private func fetch(_ names: [FileName], of manifest: ReleaseManifest, _ round: inout Round) async throws {
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
            try await fetch(name, upTo: Self.maximumSize) ? name : nil
        }
        round.found.formUnion(found.compactMap(\.self))
    }

    private func fetch(_ name: FileName, upTo limit: Int) async throws -> Bool {
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
        let isThere: Bool
        do {
            isThere = try await files.fetch("\(version)/\(name)", upTo: limit) { announced in
                guard ftruncate(file.rawValue, 0) == 0, lseek(file.rawValue, 0, SEEK_SET) == 0 else {
                    throw Self.unwritten(path, Errno(rawValue: errno))
                }
                try share.begin(announced: announced)
            } into: { bytes in
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
        return isThere
    }

    private static func unwritten(_ path: FilePath, _ error: any Error) -> Finding {
        Finding(
            .local, error as? Errno == .noSpace ? "write.space" : "write.io", at: .file,
            "\(path): cannot be written: \(error)")
    }
}
