import BundleFormat
import OCI

/// Whether a registry can hold the repositories of a release under the names that they would get there, as far as that is known
/// without asking it.
struct TargetNames {
    let location: RegistryLocation

    /// Many clients take no name of more than 255 characters together with the host and the slash behind it (OCI
    /// distribution-spec 1.1.1, "Pulling manifests").
    private static let lengthLimit = 255

    /// Docker Hub holds a namespace and a name, no more and no less (github.com/docker/hub-feedback/issues/1404).
    private static let dockerHub = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    func findings(for repositories: [RepositoryName]) -> [Finding] {
        var sources: [RepositoryName: RepositoryName] = [:]
        return repositories.sorted().compactMap { source in
            guard let name = try? location.repository(source) else {
                // Both halves are names, so only their length can be wrong.
                return tooLong("\(location)/\(source)")
            }
            let full = "\(location.host)/\(name)"
            if let first = sources.updateValue(source, forKey: name) {
                return Self.finding(
                    "name.collision", "\(full): would be both \(first) and \(source) of the bundle")
            }
            guard full.utf8.count <= Self.lengthLimit else { return tooLong(full) }
            return depth(of: name).map { Self.finding("name.depth", "\(full): \($0)") }
        }
    }

    private func tooLong(_ name: String) -> Finding {
        Self.finding(
            "name.long",
            "\(name): has \(name.utf8.count) characters with the host, and registries and clients take at most "
                + "\(Self.lengthLimit)")
    }

    private func depth(of name: RepositoryName) -> String? {
        let count = name.text.split(separator: "/").count
        guard Self.dockerHub.contains(location.host.name), count != 2 else { return nil }
        let isHelped = count > 2 && location.naming == .nested && location.prefix?.text.contains("/") == false
        return "Docker Hub holds names of a namespace and one component alone; "
            + (isHelped
                ? "give --target-profile flat" : "give --registry \(location.host)/NAMESPACE")
    }

    private static func finding(_ reason: String, _ message: String) -> Finding {
        Finding(.usage, reason, at: .target, message)
    }
}
