import BundleFormat
import Synchronization
import SystemPackage

/// How many bytes the files of a release may bring in all, whichever of them come at the same time.
///
/// Without it a host could fill the disk, since each file alone may be large. Half of what is free is left: the bundle
/// is written beside the files and holds them once more.
final class DownloadAllowance: Sendable {
    /// More than this is no release.
    static let most: Int64 = 16 << 30

    private let folder: FilePath
    private let free: Int64
    private let limit: Int64
    private let taken = Mutex<Int64>(0)

    init(for folder: FilePath) throws(Finding) {
        self.folder = folder
        free = try OutputFile.freeSpace(at: folder)
        limit = min(Self.most, free / 2)
    }

    /// What one file takes of it: at once what is announced, then what really comes.
    struct Share {
        private let allowance: DownloadAllowance
        private var taken: Int64 = 0
        private var count: Int64 = 0

        fileprivate init(_ allowance: DownloadAllowance) {
            self.allowance = allowance
        }

        /// The file comes from its beginning.
        mutating func begin(announced: Int?) throws(Finding) {
            count = 0
            try grow(to: Int64(announced ?? 0))
        }

        mutating func add(_ bytes: Int) throws(Finding) {
            count += Int64(bytes)
            try grow(to: count)
        }

        private mutating func grow(to size: Int64) throws(Finding) {
            guard size > taken else { return }
            try allowance.take(size - taken)
            taken = size
        }
    }

    func share() -> Share { Share(self) }

    private func take(_ count: Int64) throws(Finding) {
        let sum = taken.withLock { taken in
            // One that is refused is the last, so it may stay counted.
            taken += count
            return taken
        }
        guard sum > limit else { return }
        guard limit < Self.most else {
            throw Finding(
                .registry, "pull.toolarge", at: .target,
                "the release host sends more than \(limit) bytes for one release")
        }
        throw Finding(
            .local, "space.precheck", at: .file,
            "\(folder): the release files and the bundle with them need \(2 * sum) bytes or more, \(free) are free"
        )
    }
}
