import ReleaseSet
import StrictJSON

/// What `Chart.yaml` says, as the config of a chart's OCI artifact has it.
///
/// The members are Helm 3's, in the order in which it writes them; what Helm does not know in `Chart.yaml` it drops, and so
/// does this. A number or a truth value where Helm has a text stays as it is written.
struct ChartConfig {
    private let yaml: YAMLDocument

    init(_ yaml: [UInt8]) throws(YAMLError) {
        self.yaml = try YAMLDocument(yaml)
    }

    var json: JSONValue {
        guard let root = yaml.root else { return .object(JSONObject([])) }
        return object([
            ("name", text("name", in: root)), ("home", text("home", in: root)),
            ("sources", texts("sources", in: root)), ("version", text("version", in: root)),
            ("description", text("description", in: root)), ("keywords", texts("keywords", in: root)),
            ("maintainers", list("maintainers", in: root, of: maintainer)), ("icon", text("icon", in: root)),
            ("apiVersion", text("apiVersion", in: root)), ("condition", text("condition", in: root)),
            ("tags", text("tags", in: root)), ("appVersion", text("appVersion", in: root)),
            ("deprecated", flag("deprecated", in: root)), ("annotations", annotationMembers),
            ("kubeVersion", text("kubeVersion", in: root)),
            ("dependencies", list("dependencies", in: root, of: dependency)),
            ("type", text("type", in: root)),
        ])
    }

    /// The annotations of the artifact, as Helm's registry client derives them; the time of the push is left out, so that one
    /// chart always gives one artifact.
    var artifactAnnotations: [String: String] {
        guard let root = yaml.root else { return [:] }
        let prefix = "org.opencontainers.image."
        let derived = [
            "title": string("name", in: root), "version": string("version", in: root),
            "description": string("description", in: root), "url": string("home", in: root),
            "source": elements("sources", in: root).first.flatMap { yaml.text(of: $0) },
            "authors": authors(in: root),
        ]
        var found: [String: String] = [:]
        for case (let name, let text?) in derived where !text.allSatisfy(\.isWhitespace) {
            found[prefix + name] = text
        }
        for (name, value) in annotations where ![prefix + "title", prefix + "version"].contains(name) {
            found[name] = value
        }
        return found
    }

    private func authors(in root: Int) -> String {
        elements("maintainers", in: root).map { id in
            let address = string("email", in: id).map { " (\($0))" } ?? ""
            return (string("name", in: id) ?? "") + address
        }.joined(separator: ", ")
    }

    private var annotations: [(String, String)] {
        guard let id = yaml.value(at: ["annotations"]) else { return [] }
        return yaml.effectiveEntries(of: id).map { ($0.key, yaml.text(of: $0.value) ?? "") }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }

    private var annotationMembers: JSONValue? {
        annotations.isEmpty ? nil : .object(JSONObject(annotations.map { ($0, .string($1)) }))
    }

    private func maintainer(_ id: Int) -> JSONValue {
        object(["name", "email", "url"].map { ($0, text($0, in: id)) })
    }

    private func dependency(_ id: Int) -> JSONValue {
        object([
            ("name", text("name", in: id) ?? ""), ("version", text("version", in: id)),
            ("repository", text("repository", in: id) ?? ""), ("condition", text("condition", in: id)),
            ("tags", texts("tags", in: id)), ("enabled", flag("enabled", in: id)),
            ("import-values", list("import-values", in: id, of: importedValues)),
            ("alias", text("alias", in: id)),
        ])
    }

    /// A name, or where values come from and go to.
    private func importedValues(_ id: Int) -> JSONValue {
        guard yaml.entries(of: id) != nil else { return .string(yaml.text(of: id) ?? "") }
        return object(["child", "parent"].map { ($0, text($0, in: id)) })
    }

    private func object(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(JSONObject(members.compactMap { name, value in value.map { (name, $0) } }))
    }

    private func string(_ key: String, in id: Int) -> String? {
        guard let text = yaml.value(of: key, in: id).flatMap({ yaml.text(of: $0) }), !text.isEmpty else {
            return nil
        }
        return text
    }

    private func text(_ key: String, in id: Int) -> JSONValue? { string(key, in: id).map(JSONValue.string) }

    private func flag(_ key: String, in id: Int) -> JSONValue? {
        string(key, in: id)?.lowercased() == "true" ? true : nil
    }

    private func texts(_ key: String, in id: Int) -> JSONValue? {
        list(key, in: id) { .string(yaml.text(of: $0) ?? "") }
    }

    private func list(_ key: String, in id: Int, of element: (Int) -> JSONValue) -> JSONValue? {
        let found = elements(key, in: id)
        return found.isEmpty ? nil : .array(found.map(element))
    }

    private func elements(_ key: String, in id: Int) -> [Int] {
        guard let list = yaml.value(of: key, in: id),
            case .sequence(let found, _) = yaml.nodes[yaml.resolved(list)].content
        else { return [] }
        return found
    }
}
