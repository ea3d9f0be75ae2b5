import StrictJSON

/// What a chart says of itself, in `Chart.yaml` or in the config of its OCI artifact.
package struct ChartMetadata: Hashable, Sendable {
    package static let sizeLimit = 8 << 20

    package let name: String?
    package let version: String?
    package let appVersion: String?

    package init(name: String?, version: String?, appVersion: String?) {
        self.name = name
        self.version = version
        self.appVersion = appVersion
    }

    /// Reads `Chart.yaml`.
    package init(yaml: [UInt8], document: String) throws(ReleaseSetError) {
        let chart: YAMLDocument
        do {
            chart = try YAMLDocument(yaml)
        } catch {
            throw .yaml(document: document, error)
        }
        for entry in chart.root.map({ chart.effectiveEntries(of: $0) }) ?? [] {
            // Helm turns the file into JSON and reads that.
            guard let known = Self.known.otherCase(of: entry.key) else { continue }
            throw .json(.folded(document: document, pointer: "", member: entry.key, known: known))
        }
        func text(_ key: String) -> String? { chart.value(at: [key]).flatMap { chart.text(of: $0) } }
        self.init(name: text("name"), version: text("version"), appVersion: text("appVersion"))
    }

    /// Helm's chart.Metadata.
    private static let known = KnownMembers(
        [
            "name", "home", "sources", "version", "description", "keywords", "icon", "apiVersion",
            "condition",
            "tags", "appVersion", "deprecated", "annotations", "kubeVersion", "type",
        ],
        objects: [
            "maintainers": KnownMembers(["name", "email", "url"]),
            "dependencies": KnownMembers([
                "name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias",
            ]),
        ])

    /// Reads the config of the OCI artifact, `Chart.yaml` as JSON.
    package init(json: [UInt8], document: String) throws(ReleaseSetError) {
        do {
            let root = try StrictJSON.parseObject(
                json, name: document, limits: JSONLimits(bytes: Self.sizeLimit))
            try Self.known.check(root)
            func text(_ member: String) throws(JSONError) -> String? {
                guard let node = try root.optional(member), !node.isNull else { return nil }
                return try node.string()
            }
            self.init(
                name: try text("name"), version: try text("version"), appVersion: try text("appVersion"))
        } catch {
            throw .json(error)
        }
    }
}
