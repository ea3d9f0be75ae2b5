/// Values files as helm puts them over each other, with the images that they name together.
struct ValuesStack {
    /// An image as the files name it together.
    struct Use {
        /// Name with tag or digest, without the registry of the chart.
        let reference: String
        /// True if the chart puts its registry before the name.
        let isBare: Bool
        let registry: String?
        let place: Closure.Place
    }

    let uses: [Use]

    /// The chart's values alone, with each profile, and both with the release's values.
    static func all(of parts: ReleaseParts) -> [ValuesStack] {
        let base = parts.chart.values.filter { $0.file.hasSuffix(": values.yaml") }
        let profiles = parts.chart.values.filter { !$0.file.hasSuffix(": values.yaml") }
        let release = parts.values.map { [(file: ReleaseValues.name, values: $0)] } ?? []
        let below = release.isEmpty ? [base] : [base, base + release]
        return below.flatMap { files in [files] + profiles.map { files + [$0] } }.map(ValuesStack.init)
    }

    /// - Parameter files: The lowest first.
    private init(_ files: [(file: String, values: ReleaseValues)]) {
        let registry = files.reversed().lazy.compactMap(\.values.registry).first
        var layers: [[String]: Layer] = [:]
        var paths: [[String]] = []
        var single: [Layer] = []
        for (file, values) in files {
            for use in values.imageUses() {
                let layer = Layer(use, in: file)
                // Helm replaces a list as a whole, so its items are not put over each other.
                guard use.isAddressable else {
                    single.append(layer)
                    continue
                }
                if layers[use.path] == nil { paths.append(use.path) }
                layers[use.path] = layers[use.path].map { layer.over($0) } ?? layer
            }
        }
        uses = (paths.compactMap { layers[$0] } + single).compactMap { $0.use(registry: registry) }
    }

    private struct Layer {
        private let text: String?
        private let repository: String?
        private let tag: String?
        private let digest: String?
        private let place: Closure.Place

        init(_ use: ImageUse, in file: String) {
            text = use.text
            repository = use.repository
            tag = use.tag
            digest = use.digest
            place = Closure.Place(kind: .values, file: file, item: "line \(use.line): \(use.key)")
        }

        private init(_ upper: Layer, over lower: Layer) {
            text = nil
            repository = upper.repository ?? lower.repository
            tag = upper.tag ?? lower.tag
            digest = upper.digest ?? lower.digest
            place = upper.place
        }

        func over(_ lower: Layer) -> Layer {
            text != nil || lower.text != nil ? self : Layer(self, over: lower)
        }

        func use(registry: String?) -> Use? {
            if let text { return Use(reference: text, isBare: false, registry: registry, place: place) }
            guard let repository, !repository.isEmpty else { return nil }
            var reference = repository
            if let digest, !digest.isEmpty {
                reference += "@" + digest
            } else if let tag, !tag.isEmpty {
                reference += ":" + tag
            }
            return Use(
                reference: reference, isBare: !repository.utf8.contains(UInt8(ascii: "/")),
                registry: registry,
                place: place)
        }
    }
}
