package import Registry
import ReleaseSet

/// A release host's API, which lists every file of a release with its size.
///
/// Only names and sizes are taken from it. No credential is sent.
package struct ReleaseAPI: Sendable {
    let files: WebFiles

    /// A caller without credentials that is over GitHub's limit is told to come back in up to an hour.
    private static let attempts = 3
    /// Enough for the largest release, also on a host that returns fewer assets per page than asked for.
    private static let maximumPages = 40

    /// - Parameter files: below the address of the repository in the API.
    package init(_ files: WebFiles) {
        self.files = files
    }

    /// Returns the address of the repository in GitHub's API, or `nil` if `downloads` is not
    /// `https://github.com/OWNER/REPO/releases/download`.
    package static func address(forDownloads downloads: String) -> String? {
        let (prefix, suffix) = ("https://github.com/", "/releases/download")
        let downloads = downloads.hasSuffix("/") ? String(downloads.dropLast()) : downloads
        guard downloads.hasPrefix(prefix), downloads.hasSuffix(suffix),
            downloads.utf8.count > prefix.utf8.count + suffix.utf8.count
        else { return nil }
        let path = downloads.dropFirst(prefix.count).dropLast(suffix.count)
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy { !"?#%".utf8.contains($0) }
        }
        return parts.count == 2 && isPlain ? "https://api.github.com/repos/\(path)" : nil
    }

    /// Returns every asset of the release.
    ///
    /// - Throws: `ReleaseListFault` or `RegistryError` if the API gives no list that can be used.
    func list(_ version: ReleaseVersion) async throws -> ReleaseAssetList {
        let limit = ReleaseAssetList.pageLimit
        let path = "releases/tags/\(version)"
        guard let release = try await files.page(path, upTo: limit, attempts: Self.attempts) else {
            throw ReleaseListFault("the API has no release \(version)")
        }
        let id = try PublishedRelease(release.bytes, version: version).id
        var list = ReleaseAssetList()
        for number in 1...Self.maximumPages {
            let query = "per_page=\(ReleaseAssetList.pageSize)&page=\(number)"
            guard
                let page = try await files.page(
                    "releases/\(id)/assets", query: query, upTo: limit, attempts: Self.attempts)
            else { throw ReleaseListFault("the API has no list of the assets of \(version)") }
            let count = try list.add(page: page.bytes)
            guard count > 0, page.hasNext || count >= ReleaseAssetList.pageSize else {
                guard list.names.contains(where: { $0.text == ReleaseManifest.name }) else {
                    throw ReleaseListFault("the list of assets lacks \(ReleaseManifest.name)")
                }
                return list
            }
        }
        throw ReleaseListFault("the list of assets has more than \(Self.maximumPages) pages")
    }
}
