package import OCI

/// Every image that the values and the compose file of a release can name, with its digest in the bundle if it has one.
///
/// Values are those of the chart, of every profile and of the release, whether a part is enabled or not; the compose file
/// is read with all its profiles, with the settings of the example and with its defaults. Of the chart's templates only
/// literal `image:` lines count, because templates are not rendered.
package struct Closure: Hashable, Sendable {
    /// A place that names an image.
    package struct Place: Hashable, Sendable {
        package enum Kind: Hashable, Sendable { case values, compose, template }

        package let kind: Kind
        package let file: String
        package let item: String

        package var text: String { "\(file): \(item)" }
    }

    package struct Image: Hashable, Sendable {
        /// Host and path, as a container engine spells them out.
        package let name: String
        package let tag: String?
        /// Digest in the reference itself.
        package let digest: Digest?
        /// The image of the bundle; `nil` if the bundle has none.
        package let carried: CarriedImage?
        /// True if the release manifest promises the image.
        package let isPromised: Bool
        package internal(set) var places: [Place]
        /// The chart's own reference, if it differs: a name without a slash gets the chart's registry before it.
        package internal(set) var rendered: Set<String>
    }

    /// Sorted by name and tag.
    package let images: [Image]
    /// References with a variable that has neither a value nor a default.
    package let unresolved: [Place]
    /// Files that the program does not read: charts inside of the chart, and compose files that the compose file includes.
    package let unread: [String]
    /// True if the release has a compose file.
    package let hasCompose: Bool

    package init(of parts: ReleaseParts) {
        var collection = ClosureCollection(parts)
        collection.addValues()
        collection.addCompose()
        collection.addTemplates()
        images = collection.sorted
        unresolved = collection.unresolved
        unread = parts.chart.subcharts + (parts.compose?.otherFiles.map(\.text) ?? [])
        hasCompose = parts.compose != nil
    }

    package var missing: [Image] { images.filter { $0.carried == nil } }

    /// Images for which the bundle has another name or version.
    package var substituted: [Image] {
        images.filter { if case .substitute = $0.carried { true } else { false } }
    }

    package var isComplete: Bool { missing.isEmpty && unresolved.isEmpty && unread.isEmpty }
}

extension Closure.Image {
    /// The reference in its short form: `nats:2.14.0` for `docker.io/library/nats:2.14.0`.
    package var reference: String {
        let short =
            ["docker.io/library/", "docker.io/"].first { name.hasPrefix($0) }
            .map { String(name.dropFirst($0.utf8.count)) } ?? name
        // The short form must mean the same.
        let base = ImagePin(short).name.utf8.elementsEqual(name.utf8) ? short : name
        return base + (tag.map { ":" + $0 } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    /// The digest in the bundle.
    package var carriedDigest: Digest? {
        switch carried {
        case .release(let image): image.digest
        case .extra(let image), .substitute(let image): image.digest
        case nil: nil
        }
    }

    /// The part of the chart that runs an image of its own, by the last component of the name.
    package var bundledPart: String? { ExtraImage.bundledPart(ofName: name) }
}

/// The images found so far.
private struct ClosureCollection {
    private struct Key: Hashable {
        let name: String
        let tag: String?
        let digest: Digest?
    }

    private let parts: ReleaseParts
    private let substitutes: [String: ExtraImage]
    private var images: [Key: Closure.Image] = [:]
    private(set) var unresolved: [Closure.Place] = []

    init(_ parts: ReleaseParts) {
        self.parts = parts
        substitutes = ExtraImage.byPart(
            parts.extraImages,
            named: Set(parts.chart.values.flatMap { $0.values.imageUses() }.compactMap(\.source)))
    }

    var sorted: [Closure.Image] {
        images.values.sorted { ($0.name, $0.reference) < ($1.name, $1.reference) }
    }

    mutating func addValues() {
        for stack in ValuesStack.all(of: parts) {
            for use in stack.uses {
                let (pin, rendered) = reference(use)
                add(pin, at: use.place, rendered: rendered)
            }
        }
    }

    /// A name without a slash is the vendor's if the manifest has it or it begins as the vendor's names do; otherwise it is
    /// carried from where a container engine looks for it.
    private func reference(_ use: ValuesStack.Use) -> (ImagePin, rendered: String?) {
        guard let registry = use.registry ?? parts.manifest.registryPrefix?.description, use.isBare else {
            return (ImagePin(use.reference), nil)
        }
        let composed = registry + "/" + use.reference
        let pin = ImagePin(composed)
        if parts.image(for: pin) != nil || use.reference.hasPrefix("cloudgrid") { return (pin, nil) }
        return (ImagePin(use.reference), composed)
    }

    mutating func addCompose() {
        guard let compose = parts.compose else { return }
        for service in compose.services {
            guard let image = service.image else { continue }
            let place = Closure.Place(
                kind: .compose, file: compose.document,
                item: "line \(image.line): services.\(service.name).image")
            let settings = [parts.environment?.settings ?? [:], [:]]
            let references = Set(settings.compactMap { ComposeEnvironment.expand(image.text, with: $0) })
            if references.isEmpty { unresolved.append(place) }
            for reference in references.sorted() { add(ImagePin(reference), at: place) }
        }
    }

    mutating func addTemplates() {
        for (file, line, text) in parts.chart.templateImages where ImagePin(text).isReference {
            add(ImagePin(text), at: Closure.Place(kind: .template, file: file, item: "line \(line): image"))
        }
    }

    private mutating func add(_ pin: ImagePin, at place: Closure.Place, rendered: String? = nil) {
        let image = parts.image(for: pin)
        let key =
            switch image {
            case .release(let image): Key(name: image.name.description, tag: nil, digest: nil)
            default: Key(name: pin.name, tag: pin.tag, digest: pin.digest.flatMap { try? Digest($0) })
            }
        var entry =
            images[key]
            ?? Closure.Image(
                name: key.name, tag: key.tag, digest: key.digest, carried: carried(image, name: key.name),
                isPromised: image.map { if case .release = $0 { true } else { false } } ?? false, places: [],
                rendered: [])
        if !entry.places.contains(place) { entry.places.append(place) }
        if let rendered { entry.rendered.insert(rendered) }
        images[key] = entry
    }

    private func carried(_ image: CarriedImage?, name: String) -> CarriedImage? {
        switch image {
        case .release(let promised): parts.images[promised.shortName] == nil ? nil : image
        case .extra, .substitute: image
        case nil:
            ExtraImage.bundledPart(ofName: name).flatMap { substitutes[$0] }.map(CarriedImage.substitute)
        }
    }
}
