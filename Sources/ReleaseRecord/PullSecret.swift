import OCI
import ReleaseSet

/// The manifest of the secret with which a cluster pulls, `pull-secret.yaml`. It holds no credentials.
struct PullSecret: Sendable {
    static let fileName = "pull-secret.yaml"

    let name: PullSecretName
    let host: RegistryHost

    var bytes: [UInt8] {
        let server = shellWord(host.description)
        // Every part has been checked: nothing in it means anything to YAML or JSON inside of double quotes.
        let text = """
            # The secret with which the cluster pulls from \(host). Its credentials are not here: no record keeps them.
            # kubectl makes it with them, and this file is then not needed:
            #
            #   kubectl create secret docker-registry \(name) --namespace cloudgrid \\
            #       --docker-server=\(server) --docker-username="$USERNAME" --docker-password="$PASSWORD"
            #
            # Or fill in username and password in a copy of this file, and: kubectl apply -f COPY
            apiVersion: v1
            kind: Secret
            metadata:
              name: "\(name)"
              namespace: cloudgrid
            type: kubernetes.io/dockerconfigjson
            stringData:
              .dockerconfigjson: |
                {"auths": {"\(host)": {"username": "", "password": ""}}}

            """
        return Array(text.utf8)
    }
}
