import CommandRunner
import Foundation
import Servers

/// A registry that the sample was imported into, with its record; made once, and only read afterwards.
struct ImportedSample: Sendable {
    let target: Target
    let result: ProgramResult
    /// What the import was answered, reads among it.
    let answered: [(request: RegistryProxy.Request, status: Int)]
    private let folder: WorkFolder

    var record: String { folder.path + "/record" }
    var recorded: String { record + "/cloudgrid/release/\(Sample.version)-r1" }

    var writes: [RegistryProxy.Request] { answered.map(\.request).filter(\.isWrite) }
    var mounts: [(request: RegistryProxy.Request, status: Int)] { answered.filter { $0.request.isMount } }

    private static let made = Result {
        let imported = try ImportedSample()
        atexit { try? ImportedSample.shared().target.registry.stop() }
        return imported
    }

    static func shared() throws -> ImportedSample { try made.get() }

    private init() throws {
        folder = try WorkFolder()
        target = try Target()
        result = try RunningProgram.cgbundle(target.importing(record: folder.path + "/record"))
        answered = target.proxy.answered
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
