extension LastValues {
    /// Adds the pull secrets of other values files to the last values that an import wrote.
    ///
    /// helm replaces lists, so the last file has to repeat what the files before it name. Of those, the last that says
    /// anything about `global.imagePullSecrets` counts; `null` empties the list, as it does for helm. Values that name
    /// no pull secret of the mirror are returned unchanged: then the operator's own list is in force.
    ///
    /// - Parameter files: In helm's order, each with the name that messages call it by.
    package static func adding(
        secretsOf files: [(name: String, bytes: [UInt8])], to fixed: [UInt8],
    ) throws(ReleaseSetError) -> [UInt8] {
        let document = try read(fixed, name)
        guard document.value(at: pullSecretsPath) != nil else { return fixed }
        var secrets: [String] = []
        for file in files {
            if let found = try pullSecrets(in: try read(file.bytes, file.name), of: file.name) {
                secrets = found
            }
        }
        var bytes = fixed
        for secret in secrets {
            var edit = YAMLEdit(of: try read(bytes, name))
            try edit.append("name", secret, to: pullSecretsPath)
            bytes = try edit.applied().bytes
        }
        return bytes
    }

    private static func read(_ bytes: [UInt8], _ name: String) throws(ReleaseSetError) -> YAMLDocument {
        do {
            return try YAMLDocument(bytes)
        } catch {
            throw .yaml(document: name, error)
        }
    }

    /// The names in the list; `nil` if the values say nothing about it.
    private static func pullSecrets(
        in document: YAMLDocument, of name: String,
    ) throws(ReleaseSetError) -> [String]? {
        guard let root = document.root, let global = document.value(of: "global", in: root) else {
            return nil
        }
        guard document.entries(of: global) != nil else { return [] }
        guard let list = document.value(of: "imagePullSecrets", in: global) else { return nil }
        let node = document.nodes[document.resolved(list)]
        guard !node.isNull else { return [] }
        func unusable(_ line: Int) -> ReleaseSetError {
            .pullSecrets(document: name, line: line)
        }
        guard case .sequence(let items, _) = node.content else { throw unusable(node.line) }
        return try items.map { item throws(ReleaseSetError) in
            let text = document.value(of: "name", in: item).flatMap { document.text(of: $0) }
            guard let text, let secret = try? PullSecretName(text) else {
                throw unusable(document.nodes[item].line)
            }
            return secret.text
        }
    }
}
