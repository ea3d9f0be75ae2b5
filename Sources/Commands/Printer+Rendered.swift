import OCI
import ReleaseRecord
import StrictJSON

extension Printer {
    /// The result of a check of rendered manifests: counts, then the needs of the cluster with the commands that help.
    func rendered(_ rendered: RenderedRelease, needs: ClusterNeeds) throws {
        try json([
            "ok": true, "objects": .integer(Int64(rendered.count)),
            "pods": .integer(Int64(rendered.podCount)),
            "images": .integer(Int64(rendered.imageCount)), "needs": needs.json,
        ])
        line(
            "rendered: \(rendered.imageCount) images, each in the record by digest; \(rendered.podCount) workloads"
        )
        line("before helm runs, the cluster needs, in this order:")
        for namespace in needs.namespaces {
            line("- namespace \(namespace)")
            command("  kubectl create namespace \(shellWord(namespace))")
        }
        for secret in needs.pullSecrets {
            line(
                "- pull secret \(secret.name) in \(secret.namespace); install/pull-secret.yaml shows how to make one"
            )
        }
        for secret in needs.secrets {
            let keys = secret.keys.isEmpty ? "" : " with \(secret.keys.joined(separator: ", "))"
            line(
                "- secret \(secret.name) in \(secret.namespace)\(keys), for \(secret.users.joined(separator: ", "))"
            )
        }
        for account in needs.serviceAccounts { serviceAccount(account) }
    }

    private func serviceAccount(_ account: ClusterNeeds.ServiceAccount) {
        let users = account.users.joined(separator: ", ")
        let name = "service account \(account.name) in \(account.namespace)"
        guard let secret = account.pullSecret else { return line("- \(name), for \(users)") }
        line("- \(name) with the pull secret \(secret): \(users) name none, so --wait fails without it")
        let patch = "{\"imagePullSecrets\": [{\"name\": \"\(secret)\"}]}"
        command(
            "  kubectl patch serviceaccount \(shellWord(account.name)) --namespace \(shellWord(account.namespace)) "
                + "--patch \(shellWord(patch))")
    }
}

extension ClusterNeeds {
    fileprivate var json: JSONValue {
        [
            "namespaces": .array(namespaces.map { .string($0) }),
            "pullSecrets": .array(pullSecrets.map(\.json)),
            "secrets": .array(secrets.map(\.json)),
            "serviceAccounts": .array(serviceAccounts.map(\.json)),
        ]
    }
}

extension ClusterNeeds.Secret {
    fileprivate var json: JSONValue {
        [
            "namespace": .string(namespace), "name": .string(name),
            "keys": .array(keys.map { .string($0) }), "users": .array(users.map { .string($0) }),
        ]
    }
}

extension ClusterNeeds.ServiceAccount {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "namespace": .string(namespace), "name": .string(name),
            "users": .array(users.map { .string($0) }),
        ]
        if let pullSecret { object["pullSecret"] = .string(pullSecret) }
        return .object(object)
    }
}
