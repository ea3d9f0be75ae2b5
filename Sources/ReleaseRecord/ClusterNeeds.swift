import ReleaseSet

/// The things that a cluster must have before the rendered objects can run, in the order in which they are made.
package struct ClusterNeeds: Hashable, Sendable {
    package struct Secret: Hashable, Sendable {
        package let namespace: String
        package let name: String
        package let keys: [String]
        package let users: [String]
    }

    package struct ServiceAccount: Hashable, Sendable {
        package let namespace: String
        package let name: String
        /// The pull secret that it must carry, because its pods name none.
        package let pullSecret: String?
        package let users: [String]
    }

    package let namespaces: [String]
    package let pullSecrets: [Secret]
    package let secrets: [Secret]
    /// Those that the chart does not make.
    package let serviceAccounts: [ServiceAccount]

    package init(of release: RenderedRelease, recordedIn record: RecordedRelease) {
        let pods = release.pods
        namespaces = Self.sorted(pods.map(\.namespace) + release.secretUses.map(\.namespace))
        let recorded = record.pullSecret?.text
        let pulls = pods.flatMap { pod in
            pod.pullSecrets.union(recorded.map { [$0] } ?? []).map { name in
                RenderedRelease.SecretUse(
                    namespace: pod.namespace, name: name, key: nil, object: pod.object)
            }
        }
        pullSecrets = Self.secrets(pulls, without: release.secrets)
        secrets = Self.secrets(release.secretUses, without: release.secrets)
        serviceAccounts = Dictionary(grouping: pods) {
            RenderedRelease.ObjectName(namespace: $0.namespace, name: $0.serviceAccount)
        }
        .filter { release.serviceAccounts[$0.key] == nil }
        .compactMap { account, pods in
            let lacking = recorded.map { secret in pods.filter { !$0.pullSecrets.contains(secret) } } ?? []
            // Every namespace has the account "default".
            guard !lacking.isEmpty || account.name != "default" else { return nil }
            return ServiceAccount(
                namespace: account.namespace, name: account.name,
                pullSecret: lacking.isEmpty ? nil : recorded,
                users: Self.sorted((lacking.isEmpty ? pods : lacking).map(\.object)))
        }
        .sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }

    private static func secrets(
        _ uses: [RenderedRelease.SecretUse], without rendered: Set<RenderedRelease.ObjectName>,
    ) -> [Secret] {
        Dictionary(grouping: uses) {
            RenderedRelease.ObjectName(namespace: $0.namespace, name: $0.name)
        }
        .filter { !rendered.contains($0.key) }
        .map { secret, uses in
            Secret(
                namespace: secret.namespace, name: secret.name, keys: sorted(uses.compactMap(\.key)),
                users: sorted(uses.map(\.object)))
        }
        .sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }

    private static func sorted(_ names: [String]) -> [String] { Set(names).sorted() }
}
