package import BundleFormat
import ReleaseSet

/// The Kubernetes objects that helm rendered, as far as they name images and secrets.
///
/// Images are found by shape, in objects of every kind: the value of a key that ends in `image`, in any case, or the
/// texts of a list under a key that ends in `images`; a mapping there counts if it has a `repository` or `reference`.
/// A mapping with a list of containers is a pod, and each of its containers needs an image. `metadata` is not searched,
/// nor are ConfigMaps, Secrets and CustomResourceDefinitions: a cluster starts nothing from them.
package struct RenderedRelease: Sendable {
    struct Image: Hashable, Sendable {
        /// The object and the container or key in it.
        let place: String
        /// `nil` for a container without an image.
        let text: String?
    }

    struct Pod: Hashable, Sendable {
        let object: String
        let namespace: String
        let serviceAccount: String
        let pullSecrets: Set<String>
    }

    struct ObjectName: Hashable, Sendable {
        let namespace: String
        let name: String
    }

    /// A secret that has to be there before a pod starts.
    struct SecretUse: Hashable, Sendable {
        let namespace: String
        let name: String
        let key: String?
        let object: String
    }

    /// Number of objects, those in lists included.
    package internal(set) var count = 0
    var images: [Image] = []
    var pods: [Pod] = []
    var secretUses: [SecretUse] = []
    /// The rendered service accounts with the pull secrets that they carry.
    var serviceAccounts: [ObjectName: Set<String>] = [:]
    var secrets: Set<ObjectName> = []

    /// - Parameter namespace: The namespace of the release, for objects that name none.
    package init(_ bytes: [UInt8], namespace: String) throws(Finding) {
        do {
            try YAMLStream.forEachDocument(in: bytes) { document throws in
                guard let root = document.root, !document.nodes[root].isNull else { return }
                try add(root, of: document, namespace: namespace)
            }
        } catch let error as YAMLError {
            throw Finding(.format, error.reason, at: .target, "rendered manifests: \(error)")
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding(.internal, "internal", at: .target, "rendered manifests: \(error)")
        }
        guard !pods.isEmpty else {
            throw Finding(
                .format, "rendered.empty", at: .target,
                "rendered manifests: \(count) objects, none of them runs a container; "
                    + "expected the output of helm template on standard input")
        }
    }

    private mutating func add(_ id: Int, of document: YAMLDocument, namespace: String) throws(Finding) {
        func text(_ path: String...) -> String? {
            var node: Int? = id
            for key in path { node = node.flatMap { document.value(of: key, in: $0) } }
            return node.flatMap { document.text(of: $0) }
        }
        guard let kind = text("kind"), let version = text("apiVersion") else {
            throw Finding(
                .format, "rendered.shape", at: .target,
                "rendered manifests: line \(document.nodes[id].line): expected an object with apiVersion and kind"
            )
        }
        if kind.hasSuffix("List"), let list = document.value(of: "items", in: id),
            case .sequence(let items, _) = document.nodes[document.resolved(list)].content
        {
            for item in items { try add(item, of: document, namespace: namespace) }
            return
        }
        count += 1
        let name = text("metadata", "name") ?? text("metadata", "generateName") ?? "without a name"
        let own = text("metadata", "namespace") ?? namespace
        let object = ObjectName(namespace: own, name: name)
        switch (kind, version) {
        case ("ConfigMap", "v1"), ("CustomResourceDefinition", _):
            return
        case ("Secret", "v1"):
            secrets.insert(object)
        case ("ServiceAccount", "v1"):
            serviceAccounts[object] = document.names(in: "imagePullSecrets", of: id)
        default:
            let label = "\(kind) \(name)" + (own == namespace ? "" : " in namespace \(own)")
            var search = RenderedObject(document, object: label, namespace: own)
            search.walk(id)
            images += search.images
            pods += search.pods
            secretUses += search.secretUses
        }
    }
}

extension YAMLDocument {
    /// The names in a list of mappings with `name`.
    func names(in key: String, of id: Int) -> Set<String> {
        guard let list = value(of: key, in: id),
            case .sequence(let items, _) = nodes[resolved(list)].content
        else { return [] }
        return Set(items.compactMap { item in value(of: "name", in: item).flatMap { text(of: $0) } })
    }
}
