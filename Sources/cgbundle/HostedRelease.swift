import BundleFormat
import Commands
import Glibc
import Registry
import ReleaseExport
import ReleaseSet
import SystemPackage

/// The release files of a version, fetched from the release host into a folder that goes with its owner.
struct HostedRelease {
    let folder: PrivateFolder
    /// What the host was asked for and has not got.
    let notFound: [FileName]

    init(
        _ version: ReleaseVersion, from url: String, beside output: String,
        leavingOut: Set<ReleaseParts.Group>,
        options: RegistryOptions, width: Int, printer: Printer,
    ) async throws {
        let transport = try HTTPTransport(options: options)
        let result: Result<(PrivateFolder, [FileName]), any Error>
        do {
            guard let files = WebFiles(url, options: options, transport: transport) else {
                throw Finding(
                    .usage, "release.url", at: .target,
                    "--release-url: expected https://HOST/PATH, or http with --plain-http HOST")
            }
            let place = try PrivateFolder(FilePath("\(output).release-\(getpid())"))
            let download = try ReleaseDownload(
                version, from: files, into: place.path, width: width, leavingOut: leavingOut)
            let (notFound, _) = try await Progress(printer, waitingWith: options.patience).show { events in
                events.yield(.phase("fetching the release files of \(version)", bytes: nil))
                return try await download.run()
            }
            let companions = notFound.count(where: ReleaseAssets.isCompanion)
            let others = notFound.filter { !ReleaseAssets.isCompanion($0) }.map(\.text)
            let told = others + ["\(companions) of the proofs that may lie beside a file"]
            printer.note("not at the release host: " + told.joined(separator: ", "))
            result = .success((place, notFound))
        } catch {
            result = .failure(error)
        }
        // What went wrong is worth more than how the connections were closed.
        try? await transport.shutdown()
        (folder, notFound) = try result.get()
    }
}
