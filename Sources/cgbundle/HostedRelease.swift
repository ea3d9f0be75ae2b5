import BundleFormat
import Commands
import Glibc
import Registry
import ReleaseExport
import ReleaseSet
import StrictJSON
import SystemPackage

/// The release files of a version, fetched from the release host into a folder that goes with its owner.
struct HostedRelease {
    let folder: PrivateFolder
    let outcome: ReleaseDownload.Outcome

    /// - Parameter api: the repository's address in the release host's API; `nil` for the one that follows from `url`.
    init(
        _ version: ReleaseVersion, from url: String, listedBy api: String?, beside output: String,
        leavingOut: Set<ReleaseParts.Group>,
        options: RegistryOptions, width: Int, printer: Printer,
    ) async throws {
        let transport = try HTTPTransport(options: options)
        let result: Result<(PrivateFolder, ReleaseDownload.Outcome), any Error>
        do {
            guard let files = WebFiles(url, options: options, transport: transport) else {
                throw Finding(
                    .usage, "release.url", at: .target,
                    "--release-url: expected https://HOST/PATH, or http with --plain-http HOST")
            }
            var listing: ReleaseAPI?
            if let address = api ?? ReleaseAPI.address(forDownloads: url) {
                guard let files = WebFiles(address, options: options, transport: transport) else {
                    throw Finding(
                        .usage, "release.url", at: .target,
                        "--release-api: expected https://HOST/PATH, or http with --plain-http HOST")
                }
                listing = ReleaseAPI(files)
            }
            let place = try PrivateFolder(FilePath("\(output).release-\(getpid())"))
            let download = try ReleaseDownload(
                version, from: files, listedBy: listing, into: place.path, width: width,
                leavingOut: leavingOut)
            let (outcome, _) = try await Progress(printer, waitingWith: options.patience).show { events in
                events.yield(.phase("fetching the release files of \(version)", bytes: nil))
                return try await download.run()
            }
            Self.tell(outcome, printer)
            result = .success((place, outcome))
        } catch {
            result = .failure(error)
        }
        // What went wrong is worth more than how the connections were closed.
        try? await transport.shutdown()
        (folder, outcome) = try result.get()
    }

    private static func tell(_ outcome: ReleaseDownload.Outcome, _ printer: Printer) {
        if case .predicted(let fault?) = outcome.way {
            printer.warning(
                "the release API gives no list of the files, so they were asked for by their usual names; files with "
                    + "other names are not in the bundle: \(fault)")
        }
        let companions = outcome.notFound.count(where: ReleaseAssets.isCompanion)
        let others = outcome.notFound.filter { !ReleaseAssets.isCompanion($0) }.map(\.text)
        let absent =
            others + (companions > 0 ? ["\(companions) of the proofs that may lie beside a file"] : [])
        if !absent.isEmpty { printer.note("not at the release host: " + absent.joined(separator: ", ")) }
    }

    /// The line of the result: number of files, number of requests, and the way in which the names became known.
    var text: String {
        let names =
            outcome.way == .listed ? "listed by the release API" : "asked for by their usual names"
        let own = outcome.apiRequests > 0 ? " (\(outcome.apiRequests) of them to its API)" : ""
        return
            "  fetched    \(outcome.fileCount) release files, \(names), in \(outcome.requests) requests to the "
            + "release host" + own
    }

    var json: JSONValue {
        var object: JSONObject = [
            "files": .integer(Int64(outcome.fileCount)), "requests": .integer(Int64(outcome.requests)),
            "apiRequests": .integer(Int64(outcome.apiRequests)),
            "names": outcome.way == .listed ? "listed" : "predicted",
        ]
        if case .predicted(let fault?) = outcome.way { object["apiFault"] = .string(fault) }
        return .object(object)
    }
}
