import ReleaseSet

/// The search of one rendered object for images, pods and the secrets that pods need.
struct RenderedObject {
    private static let containerLists = ["initContainers", "containers", "ephemeralContainers"]

    private let document: YAMLDocument
    private let object: String
    private let namespace: String
    private(set) var images: [RenderedRelease.Image] = []
    private(set) var pods: [RenderedRelease.Pod] = []
    private(set) var secretUses: [RenderedRelease.SecretUse] = []

    init(_ document: YAMLDocument, object: String, namespace: String) {
        self.document = document
        self.object = object
        self.namespace = namespace
    }

    mutating func walk(_ id: Int) { walk(id, in: object) }

    /// - Parameter place: The object, or the container in it to which the node belongs.
    private mutating func walk(_ id: Int, in place: String) {
        switch document.nodes[document.resolved(id)].content {
        case .scalar, .alias:
            return
        case .sequence(let items, _):
            for item in items { walk(item, in: place) }
        case .mapping:
            let entries = document.effectiveEntries(of: id)
            let lists = entries.filter { Self.containerLists.contains($0.key) }
                .compactMap { entry in items(of: entry.value) }
            if !lists.isEmpty { addPod(id) }
            for (key, value) in entries where key != "metadata" {
                addSecret(key, value)
                if Self.containerLists.contains(key), let containers = items(of: value) {
                    containers.forEach { walkContainer($0) }
                } else {
                    addImage(key, value, in: place)
                    walk(value, in: place)
                }
            }
        }
    }

    private mutating func walkContainer(_ id: Int) {
        let place = "\(object), container \(text("name", of: id) ?? "without a name")"
        if text("image", of: id)?.isEmpty != false {
            images.append(RenderedRelease.Image(place: place, text: nil))
        }
        walk(id, in: place)
    }

    private mutating func addPod(_ id: Int) {
        let account = text("serviceAccountName", of: id) ?? text("serviceAccount", of: id)
        pods.append(
            RenderedRelease.Pod(
                object: object, namespace: namespace,
                serviceAccount: account.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
                pullSecrets: document.names(in: "imagePullSecrets", of: id)))
    }

    private mutating func addImage(_ key: String, _ value: Int, in place: String) {
        let lowered = key.lowercased()
        let place = key == "image" ? place : "\(place), \(key)"
        if lowered.hasSuffix("images"), let items = items(of: value) {
            for text in items.compactMap({ reference($0) })
            where text.utf8.contains(where: "/:@".utf8.contains) {
                images.append(RenderedRelease.Image(place: place, text: text))
            }
        }
        guard lowered.hasSuffix("image") else { return }
        if let text = reference(value) ?? parts(of: value) {
            images.append(RenderedRelease.Image(place: place, text: text))
        }
    }

    /// The text of a scalar that can be an image reference.
    private func reference(_ id: Int) -> String? {
        guard let text = document.text(of: id), !text.isEmpty else { return nil }
        let isPlain = document.nodes[document.resolved(id)].scalar?.style == .plain
        return isPlain && ["true", "false"].contains(text.lowercased()) ? nil : text
    }

    /// The reference in a mapping: of an image volume, or in the parts that charts give it.
    private func parts(of id: Int) -> String? {
        if let text = text("reference", of: id) { return text }
        guard let repository = text("repository", of: id) else { return nil }
        let tag = text("tag", of: id).map { $0.isEmpty ? "" : ":\($0)" } ?? ""
        let digest = text("digest", of: id).map { $0.isEmpty ? "" : "@\($0)" } ?? ""
        let registry = text("registry", of: id).map { $0.isEmpty ? "" : "\($0)/" } ?? ""
        return registry + repository + tag + digest
    }

    /// Secrets of variables, volumes and ingresses, unless they are optional.
    private mutating func addSecret(_ key: String, _ value: Int) {
        switch key {
        case "secretKeyRef", "secretRef", "secret":
            guard text("optional", of: value) != "true" else { return }
            add(text("name", of: value) ?? text("secretName", of: value), key: text("key", of: value))
        case "tls":
            for item in items(of: value) ?? [] { add(text("secretName", of: item), key: nil) }
        default:
            return
        }
    }

    private mutating func add(_ name: String?, key: String?) {
        guard let name, !name.isEmpty else { return }
        secretUses.append(
            RenderedRelease.SecretUse(namespace: namespace, name: name, key: key, object: object))
    }

    private func text(_ key: String, of id: Int) -> String? {
        document.value(of: key, in: id).flatMap { document.text(of: $0) }
    }

    private func items(of id: Int) -> [Int]? {
        if case .sequence(let items, _) = document.nodes[document.resolved(id)].content { items } else { nil }
    }
}
