import OCI
import ReleaseSet
import StrictJSON

/// Labels of an image's config about its origin.
///
/// OCI image-spec 1.1.1, annotations.md. The digest of the config is part of the manifest, so a signature of the image covers
/// them. Base images and builds of branches leave other values in them.
struct ImageLabels {
    static let configLimit: Int64 = 4 << 20

    let version: String?
    private let source: String?
    private let revision: String?

    /// Reads what is there: a config that is no JSON has no labels, because runtimes judge configs and this does not.
    init(config: [UInt8]) {
        let root = try? StrictJSON.parseObject(
            config, name: "config", limits: JSONLimits(bytes: Int(Self.configLimit)))
        let labels = try? root?.optional("config")?.optional("Labels")?.object()
        func text(_ name: String) -> String? {
            guard case .string(let text)? = labels?["org.opencontainers.image.\(name)"] else { return nil }
            return text
        }
        version = text("version")
        source = text("source")
        revision = text("revision")
    }

    /// Reason why the version is not of this release; nothing where source and revision name the vendor's repository and
    /// the commit.
    func fault(repositories: Set<SourceLocation>, commit: String) -> String? {
        guard !repositories.isEmpty else { return "no accepted certificate names the vendor's repository" }
        guard let source, repositories.contains(SourceLocation(source)) else {
            let expected = repositories.map(\.text).sorted().joined(separator: " or ")
            return "the label image.source is \(Self.shown(source)), expected \(expected)"
        }
        guard let revision, revision.utf8.elementsEqual(commit.utf8) else {
            return "the label image.revision is \(Self.shown(revision)), expected \(commit)"
        }
        return nil
    }

    private static func shown(_ text: String?) -> String {
        text.map { "\"" + escaped($0, limit: 160) + "\"" } ?? "missing"
    }
}
