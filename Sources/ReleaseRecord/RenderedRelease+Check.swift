package import BundleFormat
import OCI
import ReleaseSet

extension RenderedRelease {
    /// The number of different images.
    package var imageCount: Int { Set(images.compactMap(\.text)).count }
    package var podCount: Int { pods.count }

    /// Everything that keeps these objects from running from the mirror alone, images first.
    package func findings(against record: RecordedRelease) -> [Finding] {
        images.compactMap { finding($0, record) } + pods.compactMap { finding($0, record) }
    }

    private func finding(_ image: Image, _ record: RecordedRelease) -> Finding? {
        guard let text = image.text else {
            return Finding(
                .policy, "rendered.image", at: .target,
                "\(image.place): has no image, expected one of the record at \(record.pullLocation)")
        }
        let (name, digest) = Self.split(text)
        if let digest, record.images.contains(where: { $0.name == name && $0.digest.description == digest }) {
            return nil
        }
        let last = name.split(separator: "/").last
        let same = record.images.first { $0.name.split(separator: "/").last == last }
        let expected =
            same.map { "expected \($0.reference); remove the setting that names another" }
            ?? "the record has no such image; export it with --image, or turn off what runs it"
        return Finding(.policy, "rendered.image", at: .target, "\(image.place): image \(text): \(expected)")
    }

    /// A reference without its tag, and its digest.
    private static func split(_ reference: String) -> (name: String, digest: String?) {
        let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first ?? ""
        let digest = parts.count == 2 ? String(parts[1]) : nil
        guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else {
            return (String(name), digest)
        }
        return (String(name[..<colon]), digest)
    }

    /// A pull secret can come with a service account, but not with one that is rendered without it.
    private func finding(_ pod: Pod, _ record: RecordedRelease) -> Finding? {
        guard let secret = record.pullSecret?.text, !pod.pullSecrets.contains(secret) else { return nil }
        let account = ObjectName(namespace: pod.namespace, name: pod.serviceAccount)
        guard let carried = serviceAccounts[account], !carried.contains(secret) else { return nil }
        return Finding(
            .policy, "rendered.secret", at: .target,
            "\(pod.object): neither the pod nor its service account \(pod.serviceAccount), which the chart makes, "
                + "names the pull secret \(secret); add it to global.imagePullSecrets, "
                + "or set serviceAccount.create to false and give a service account of yours the secret")
    }
}
