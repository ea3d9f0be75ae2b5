import CommandRunner
import Foundation
import Servers

/// A registry that the sample was imported into, with its record; made once, and only read afterwards.
struct ImportedSample: Sendable {
    let target: Target
    let result: ProgramResult
    /// What the registry answered during the import.
    let requests: [LoggedRequest]
    private let folder: WorkFolder

    var record: String { folder.path + "/record" }
    var recorded: String { record + "/cloudgrid/release/\(Sample.version)-r1" }

    private static let kept = Shared<ImportedSample>()

    static func shared() throws -> ImportedSample {
        try kept.value {
            atexit { ImportedSample.kept.letGo() }
            return try ImportedSample()
        }
    }

    private init() throws {
        folder = try WorkFolder()
        target = try Target()
        result = try target.importDirectly(record: folder.path + "/record")
        let registry = target.registry
        if result.status == 0 {
            // The log lags behind the answers; the last thing that an import does is to read its 27 tags.
            try waitUntil("the end of the registry's log") {
                try registry.requests().filter { $0.method == "GET" && $0.path.contains("/manifests/") }.count
                    >= 27
            }
        }
        requests = try registry.requests()
    }
}

extension RegistryProxy.Request {
    /// The digest of the blob whose upload this request closes.
    var uploadedDigest: String? {
        guard method == "PUT", path.contains("/blobs/uploads/") else { return nil }
        return target.firstRange(of: "digest=").map { range in
            String(target[range.upperBound...].prefix { $0 != "&" }).replacing("%3A", with: ":")
        }
    }

    var isMount: Bool { method == "POST" && target.contains("mount=") }

    /// The name under which a manifest is put.
    var putReference: String? {
        guard method == "PUT", let range = path.firstRange(of: "/manifests/") else { return nil }
        return String(path[range.upperBound...])
    }

    var putsManifestByDigest: Bool { putReference?.hasPrefix("sha256:") == true }

    /// Whether the request puts a tag that a release brings; a list of referrers is none.
    var putsTag: Bool {
        guard let name = putReference, !putsManifestByDigest else { return false }
        return !(name.hasPrefix("sha256-") && !name.contains("."))
    }
}
