/// Reads the services of a compose file from its YAML nodes.
struct ComposeReader {
    private let yaml: YAMLDocument
    private let document: String
    private(set) var otherFiles: [ComposeFile.Text] = []
    private var nodes: [String: Int] = [:]

    init(_ yaml: YAMLDocument, document: String) {
        self.yaml = yaml
        self.document = document
    }

    mutating func services() throws(ReleaseSetError) -> [ComposeFile.Service] {
        guard let root = yaml.root, !isNull(root) else { return [] }
        try requireMapping(root, "document")
        if let include = yaml.value(of: "include", in: root) { addIncluded(include) }
        guard let list = yaml.value(of: "services", in: root), !isNull(list) else { return [] }
        try requireMapping(list, "services")
        let entries = yaml.effectiveEntries(of: list)
        nodes = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
        var services: [ComposeFile.Service] = []
        for (name, node) in entries {
            guard Self.isServiceName(name) else {
                throw shape("services", node, "names of letters, digits and ._-, not \"\(name)\"")
            }
            services.append(try service(name, node, extending: [name]))
        }
        return services
    }

    private static func isServiceName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { FileName.isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    /// - Parameter chain: the services that led here through `extends`, which ends where it would go in a circle.
    private mutating func service(
        _ name: String, _ node: Int, extending chain: Set<String>
    ) throws(ReleaseSetError) -> ComposeFile.Service {
        let key = "services.\(name)"
        if isNull(node) { return ComposeFile.Service(name: name, profiles: [], image: nil, mounts: []) }
        try requireMapping(node, key)
        var base: ComposeFile.Service?
        if let extended = try extended(by: node, key: key), !chain.contains(extended),
            let other = nodes[extended]
        {
            base = try service(extended, other, extending: chain.union([extended]))
        }
        let mounts = try mounts(of: node, key: key)
        let inherited = (base?.mounts ?? []).filter { mount in !mounts.contains { $0.target == mount.target }
        }
        var profiles = base?.profiles ?? []
        if let list = yaml.value(of: "profiles", in: node), !isNull(list) {
            for item in try items(of: list, key: key + ".profiles") {
                if let text = yaml.text(of: item), !profiles.contains(text) { profiles.append(text) }
            }
        }
        return ComposeFile.Service(
            name: name, profiles: profiles, image: try image(of: node, key: key) ?? base?.image,
            mounts: inherited + mounts)
    }

    private func image(of node: Int, key: String) throws(ReleaseSetError) -> ComposeFile.Text? {
        guard let image = yaml.value(of: "image", in: node), !isNull(image) else { return nil }
        let resolved = yaml.nodes[yaml.resolved(image)]
        guard let text = yaml.text(of: image), resolved.tag != YAMLDocument.binaryTag else {
            throw shape(key + ".image", image, "a reference as plain text")
        }
        return ComposeFile.Text(text: text, line: yaml.nodes[image].line)
    }

    /// Returns the service of this file that a service extends, and notes another file that it names.
    private mutating func extended(by node: Int, key: String) throws(ReleaseSetError) -> String? {
        guard let extends = yaml.value(of: "extends", in: node), !isNull(extends) else { return nil }
        if let name = yaml.text(of: extends) { return name }
        try requireMapping(extends, key + ".extends")
        if let file = yaml.value(of: "file", in: extends), let path = yaml.text(of: file) {
            addOtherFile(path, file)
            return nil
        }
        return yaml.value(of: "service", in: extends).flatMap { yaml.text(of: $0) }
    }

    private mutating func addIncluded(_ include: Int) {
        if let path = yaml.text(of: include) { addOtherFile(path, include) }
        if case .sequence(let items, _) = yaml.nodes[yaml.resolved(include)].content {
            for item in items { addIncluded(item) }
        }
        if let path = yaml.value(of: "path", in: include) { addIncluded(path) }
    }

    private mutating func addOtherFile(_ path: String, _ node: Int) {
        let text = ComposeFile.Text(text: path, line: yaml.nodes[node].line)
        if !otherFiles.contains(text) { otherFiles.append(text) }
    }

    private func mounts(of node: Int, key: String) throws(ReleaseSetError) -> [ComposeMount] {
        guard let volumes = yaml.value(of: "volumes", in: node), !isNull(volumes) else { return [] }
        var mounts: [ComposeMount] = []
        for item in try items(of: volumes, key: key + ".volumes") {
            let line = yaml.nodes[item].line
            func part(_ name: String) -> String? {
                yaml.value(of: name, in: item).flatMap { yaml.text(of: $0) }
            }
            if let text = yaml.text(of: item) {
                if let mount = ComposeMount(short: text, line: line) { mounts.append(mount) }
            } else if part("type") == "bind", let source = part("source"), let target = part("target") {
                mounts.append(ComposeMount(source: source, target: target, line: line))
            }
        }
        return mounts
    }

    private func items(of list: Int, key: String) throws(ReleaseSetError) -> [Int] {
        guard case .sequence(let items, _) = yaml.nodes[yaml.resolved(list)].content else {
            throw shape(key, list, "a sequence")
        }
        return items
    }

    private func requireMapping(_ node: Int, _ key: String) throws(ReleaseSetError) {
        guard yaml.entries(of: node) == nil else { return }
        throw shape(key, node, "a mapping")
    }

    private func shape(_ key: String, _ node: Int, _ expected: String) -> ReleaseSetError {
        .composeShape(document: document, key: key, line: yaml.nodes[node].line, expected: expected)
    }

    private func isNull(_ node: Int) -> Bool { yaml.nodes[yaml.resolved(node)].isNull }
}
