import BundleFormat
import Glibc
package import Registry
package import ReleaseSet
package import SystemPackage

/// Fetches the files of a release from the host where the vendor publishes them, into a folder that an export then reads.
///
/// Which files: the manifest and what it promises, what every release has, what the checksum files list, and what may
/// prove the lists and the manifest. What is absent is not judged here: an export refuses what is promised.
package struct ReleaseDownload: Sendable {
    private let version: ReleaseVersion
    private let files: WebFiles
    private let folder: FilePath
    private let width: Int
    private let leavingOut: Set<ReleaseParts.Group>

    /// More is no release.
    private static let maximumFiles = 4096
    private static let maximumSize = 4 << 30
    private static let proofs = [".sig", ".pem", ".sigstore.json", ".bundle"]

    package init(
        _ version: ReleaseVersion, from files: WebFiles, into folder: FilePath, width: Int,
        leavingOut: Set<ReleaseParts.Group>,
    ) {
        self.version = version
        self.files = files
        self.folder = folder
        self.width = width
        self.leavingOut = leavingOut
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
        var asked: Set<FileName> = [name]
        var absent = try await fetch(promised(by: manifest), of: manifest, &asked)
        absent += try await fetch(listed(), of: manifest, &asked)
        return absent.sorted()
    }

    private func promised(by manifest: ReleaseManifest) throws -> [FileName] {
        let lists = ["checksums.txt", "binaries-checksums.txt"]
        let proving = (lists + [ReleaseManifest.name]).flatMap { name in Self.proofs.map { name + $0 } }
        let fixed =
            lists + proving + [
                ReleaseValues.name, "cloudgrid-chart.spdx.json", version.chartArchive,
                "cloudgrid.compose.yaml", "cloudgrid.env.example", "cloudgrid-local.sh",
            ]
        let images = manifest.images.flatMap { image in
            [
                image.sbom?.text ?? image.shortName + ".spdx.json",
                image.scan?.text ?? image.shortName + ".grype.sarif",
            ]
        }
        let named = [
            manifest.chart?.sbom, manifest.chart?.releaseValues, manifest.compose?.file,
            manifest.compose?.envExample, manifest.binaries?.checksums,
        ]
        return try (fixed + images).map { (text) throws(ReleaseSetError) in try FileName(text) }
            + named.compactMap(\.self)
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

    private func fetch(
        _ names: [FileName], of manifest: ReleaseManifest, _ asked: inout Set<FileName>,
    ) async throws -> [FileName] {
        let wanted = Set(names).subtracting(asked).filter { name in
            !leavingOut.contains { manifest.lists(name, in: $0) }
        }
        asked.formUnion(wanted)
        guard asked.count <= Self.maximumFiles else {
            throw Finding(
                .format, "sums.size", at: .releaseSet,
                "\(version): names \(asked.count) files, at most \(Self.maximumFiles) are allowed")
        }
        return try await boundedMap(wanted.sorted(), width: width) { name in
            try await fetch(name, upTo: Self.maximumSize) ? nil : name
        }.compactMap(\.self)
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
        let isThere: Bool
        do {
            isThere = try await files.fetch("\(version)/\(name)", upTo: limit) {
                guard ftruncate(file.rawValue, 0) == 0, lseek(file.rawValue, 0, SEEK_SET) == 0 else {
                    throw Self.unwritten(path, Errno(rawValue: errno))
                }
            } into: { bytes in
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
        Finding(.local, "write.io", at: .file, "\(path): cannot be written: \(error)")
    }
}
