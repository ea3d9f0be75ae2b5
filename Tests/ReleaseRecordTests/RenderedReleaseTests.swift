import BundleFormat
import OCI
import Testing

@testable import ReleaseRecord

/// Rendered manifests against a record.
@Suite struct RenderedReleaseTests {
    private static let one = "sha256:" + String(repeating: "1", count: 64)
    private static let two = "sha256:" + String(repeating: "2", count: 64)
    private static let good = "mirror.example.com/cg/a@" + one

    private func record(secret: String? = "reader") throws -> RecordedRelease {
        let secret = secret.map { "\"pullSecret\": \"\($0)\"," } ?? ""
        let text = """
            {"target": "registry.internal/x", "pullLocation": "mirror.example.com/cg", \(secret) "files": [],
             "images": [{"mirrored": "registry.internal/x/a@\(Self.one)", "digest": "\(Self.one)"},
                        {"mirrored": "registry.internal/x/b/c@\(Self.two)", "digest": "\(Self.two)"}]}
            """
        return try RecordedRelease(Array(text.utf8))
    }

    private func pod(_ image: String, secrets: String = "[{name: reader}]") -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
            + "spec: {imagePullSecrets: \(secrets), containers: [{name: c, image: \"\(image)\"}]}\n"
    }

    private func findings(_ text: String, secret: String? = "reader") throws -> [Finding] {
        try RenderedRelease(Array(text.utf8), namespace: "cloudgrid").findings(
            against: record(secret: secret))
    }

    private func needs(_ text: String) throws -> ClusterNeeds {
        let record = try record()
        return ClusterNeeds(
            of: try RenderedRelease(Array(text.utf8), namespace: "cloudgrid"), recordedIn: record)
    }

    @Test(arguments: [good, "mirror.example.com/cg/b/c@" + two, "mirror.example.com/cg/a:v1@" + one])
    func `an image of the record by digest is accepted`(image: String) throws {
        #expect(try findings(pod(image)).isEmpty)
    }

    @Test(arguments: [
        "mirror.example.com/cg/a", "mirror.example.com/cg/a:v1", "mirror.example.com/cg/a@" + two,
        "registry.internal/x/a@" + one, "ghcr.io/x/a@" + one, "a@" + one, "mirror.example.com/cg/A@" + one,
        "mirror.example.com/cg/a@" + one + "@" + one, "mirror.example.com:443/cg/a@" + one,
        "mirror.example.com/cg/other@" + one, "",
    ])
    func `another image is refused`(image: String) throws {
        let found = try findings(pod(image))
        #expect(found.map(\.reason) == ["rendered.image"])
        #expect(found.first?.message.hasPrefix("Pod p, container c: ") == true)
        #expect(found.first?.fault == .policy)
    }

    @Test(arguments: [
        ("Deployment", "spec: {template: {spec: {POD}}}"), ("StatefulSet", "spec: {template: {spec: {POD}}}"),
        ("DaemonSet", "spec: {template: {spec: {POD}}}"), ("ReplicaSet", "spec: {template: {spec: {POD}}}"),
        ("ReplicationController", "spec: {template: {spec: {POD}}}"),
        ("Job", "spec: {template: {spec: {POD}}}"),
        ("CronJob", "spec: {jobTemplate: {spec: {template: {spec: {POD}}}}}"),
        ("PodTemplate", "template: {spec: {POD}}"),
        ("Rollout", "spec: {deep: [{template: {spec: {POD}}}]}"),
    ])
    func `containers of every kind of workload are checked`(kind: String, body: String) throws {
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for (container, count) in [("image: x", 1), ("name: n", 1), ("image: \(Self.good)", 0)] {
                let pod = "imagePullSecrets: [{name: reader}], \(list): [{\(container)}]"
                let text =
                    "apiVersion: x/v1\nkind: \(kind)\nmetadata: {name: w}\n\(body.replacing("POD", with: pod))\n"
                #expect(try findings(text).map(\.reason) == Array(repeating: "rendered.image", count: count))
                let listed =
                    "apiVersion: v1\nkind: List\nitems:\n- "
                    + text.split(separator: "\n").joined(separator: "\n  ")
                #expect(try findings(listed).count == count, "\(listed)")
            }
        }
    }

    @Test(arguments: [
        "image: x", "Image: x/y", "sidecarImage: x/y:1", "sidecar_image: x", "images: [a/b, c]",
        "image: {repository: x, tag: y}", "image: {repository: x/y, digest: \(two)}",
        "image: {reference: x/y}",
        "nested: [{deep: {image: x}}]", "<<: {image: x}",
    ])
    func `images of unknown kinds are found by shape`(member: String) throws {
        let other = "---\napiVersion: example.com/v1\nkind: Tool\nmetadata: {name: t}\nspec:\n  \(member)\n"
        let found = try findings(pod(Self.good) + other)
        #expect(found.map(\.reason) == ["rendered.image"], "\(member)")
        #expect(found.first?.message.hasPrefix("Tool t") == true)
    }

    @Test(arguments: [
        "kind: ConfigMap\napiVersion: v1\ndata: {image: x}",
        "kind: Secret\napiVersion: v1\nstringData: {image: x}",
        "kind: CustomResourceDefinition\napiVersion: x/v1\nspec: {image: x}",
        "kind: Tool\napiVersion: x/v1\nmetadata: {annotations: {image: x}}",
        "kind: Tool\napiVersion: x/v1\nspec: {useImage: true, image: {width: 3}, images: [], maxImages: 3}",
    ])
    func `things that are no image are left alone`(object: String) throws {
        #expect(try findings(pod(Self.good) + "---\n" + object + "\n").isEmpty)
    }

    @Test func `a pod that cannot get the pull secret is refused, unless none is recorded`() throws {
        let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
        let bare = pod(Self.good, secrets: "[{name: other}]")
        #expect(try findings(bare + account).map(\.reason) == ["rendered.secret"])
        #expect(try findings(bare + account + "imagePullSecrets: [{name: reader}]\n").isEmpty)
        #expect(try findings(bare).isEmpty)
        #expect(try findings(bare + account, secret: nil).isEmpty)
        #expect(try findings(bare + account.replacing("default", with: "other")).isEmpty)
        #expect(try findings(bare + account.replacing("default", with: "default, namespace: x")).isEmpty)
        let carried = try needs(bare)
        #expect(carried.serviceAccounts.map(\.name) == ["default"])
        #expect(carried.serviceAccounts.map(\.pullSecret) == ["reader"])
        #expect(carried.serviceAccounts.map(\.users) == [["Pod p"]])
        #expect(try needs(pod(Self.good)).serviceAccounts == [])
    }

    @Test func `the cluster's needs are the secrets that nothing renders`() throws {
        let env = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: d, namespace: other}
            spec:
              template:
                spec:
                  serviceAccountName: own
                  imagePullSecrets: [{name: reader}]
                  containers:
                    - name: c
                      image: "\(Self.good)"
                      env:
                        - {name: A, valueFrom: {secretKeyRef: {name: session, key: k2}}}
                        - {name: B, valueFrom: {secretKeyRef: {name: session, key: k1}}}
                        - {name: C, valueFrom: {secretKeyRef: {name: maybe, key: k, optional: true}}}
                        - {name: D, valueFrom: {secretKeyRef: {name: made, key: k}}}
                      envFrom: [{secretRef: {name: all}}]
                  volumes: [{name: v, secret: {secretName: files}}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: made, namespace: other}

            """
        let needs = try needs(env)
        #expect(needs.namespaces == ["other"])
        #expect(needs.pullSecrets.map(\.name) == ["reader"])
        #expect(needs.secrets.map(\.name) == ["all", "files", "session"])
        #expect(needs.secrets.last?.keys == ["k1", "k2"])
        #expect(needs.serviceAccounts.map(\.name) == ["own"])
        #expect(needs.serviceAccounts.map(\.pullSecret) == [nil])
    }

    @Test(arguments: [
        ("", "rendered.empty"), ("---\n", "rendered.empty"), ("# x\n---\n# y\n", "rendered.empty"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: x}\n", "rendered.empty"), ("a\n", "rendered.shape"),
        ("Error: x\n", "rendered.shape"), ("kind: Pod\n", "rendered.shape"),
        ("- kind: Pod\n", "rendered.shape"),
        ("kind: [a]\napiVersion: v1\n", "rendered.shape"), ("a: b: c\n", "yaml.syntax"),
        ("a: 1\na: 2\n", "yaml.duplicate"), ("a: 1\n---b: 2\n", "yaml.syntax"), ("a: *x\n", "yaml.anchor"),
        ("apiVersion: v1\nkind: &x A\n---\nb: *x\n", "yaml.anchor"),
        ("kind: v1\napiVersion: v1\nx: !go y\n", "yaml.tag"),
        (String(repeating: "---\n", count: 10_001), "yaml.documents"),
        (String(repeating: "[", count: 100), "yaml.depth"),
        (String(repeating: " ", count: 33 << 20), "yaml.size"),
        (String(repeating: "- a\n", count: 1_100_000), "yaml.expansion"), ("a: \"\u{1}\"\n", "yaml.syntax"),
    ])
    func `input that is no rendering is refused`(text: String, reason: String) throws {
        let error = #expect(throws: Finding.self) {
            try RenderedRelease(Array(text.utf8), namespace: "cloudgrid")
        }
        #expect(error?.reason == reason)
        #expect(error?.fault == .format)
    }

    @Test(arguments: [
        ("{}", "record.nomirror"), ("[]", "json.shape"), ("x", "json.syntax"),
        (#"{"target": "a", "images": [], "files": []}"#, "record.nomirror"),
        (
            #"{"target": "a", "pullLocation": "b", "files": [], "images": [{"mirrored": "c/d@e", "digest": "e"}]}"#,
            "json.shape"
        ),
        (
            #"{"target": "a", "pullLocation": "b", "files": [], "images": [], "pullSecret": "A"}"#,
            "record.shape"
        ),
    ])
    func `a deployment record that cannot be used is refused`(text: String, reason: String) {
        let error = #expect(throws: Finding.self) { try RecordedRelease(Array(text.utf8)) }
        #expect(error?.reason == reason)
    }
}
