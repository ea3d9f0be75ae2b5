package import OCI
package import StrictJSON

extension Closure {
    /// The place of the images in a message.
    package enum Container: String, Sendable { case bundle, target }

    /// The result in one sentence.
    package func sentence(in container: Container) -> String {
        let namers = hasCompose ? "values and compose" : "values"
        let rest = "; templates are not rendered by the program"
        guard !missing.isEmpty else {
            let sentence =
                "every image that \(namers) can name is in the \(container.rawValue) (\(images.count))"
            let gaps =
                unresolved.isEmpty && unread.isEmpty
                ? "" : ", except for what the program cannot read, listed below"
            return sentence + gaps + rest
        }
        return
            "\(missing.count) of \(images.count) images that \(namers) can name are not in the \(container.rawValue)"
            + rest
    }

    /// Everything that is not as it should be, and what to do about it; nothing if all images are there as named.
    package func details(in container: Container) -> [String] {
        var lines = missing.map {
            "not in the \(container.rawValue): \($0.reference), named in \($0.placesText)"
        }
        lines += substituted.map { image in
            "in another version: \(image.reference), named in \(image.placesText); the \(container.rawValue) has "
                + (image.substituteText ?? "")
        }
        lines += unresolved.map { "variable without a value: \($0.text)" }
        lines += unread.map { "not read: \($0), whose images are not in this list" }
        let options = imageOptions
        guard !options.isEmpty else { return lines }
        let byDependencies = missing.contains { $0.bundledPart != nil && $0.name.hasPrefix("docker.io/") }
        lines.append(
            "export again with "
                + (byDependencies ? "--with-dependencies (NATS and SurrealDB from docker.io), or with " : "")
                + "these options; digest of a tag: skopeo inspect --format '{{.Digest}}' docker://IMAGE:TAG")
        return lines + options.map { "  --image " + $0 }
    }

    /// The value of `--image` for each image that is missing; `<digest>` where the digest is not known.
    package var imageOptions: [String] {
        Self.imageOptions(for: missing.filter { !$0.isPromised })
    }

    /// Values of `--image` in which each image has a repository of its own in the target.
    ///
    /// The first version of an image has the last component of its name; a further one is put below its tag.
    package static func imageOptions(
        for images: [Image], digest: (Image) -> Digest? = { $0.digest }, taken: Set<String> = [],
    ) -> [String] {
        var taken = taken
        return images.sorted { $0.rank < $1.rank }.map { image in
            let name = String(image.name.split(separator: "/").last ?? "")
            let reference = ImagePin(image.reference)
            let base =
                image.reference.prefix { $0 != "@" } + "@" + (digest(image)?.description ?? "sha256:<digest>")
            guard let tag = reference.tag, tag != "latest" else {
                taken.insert(name)
                return base + "=\(name):<version>"
            }
            if taken.insert(name).inserted { return String(base) }
            let other = "\(name)-\(tag.lowercased())"
            let isName = (try? RepositoryName(other)) != nil && taken.insert(other).inserted
            return base + "=\(isName ? other : name + "-<name>"):\(tag)"
        }
    }

    package var json: JSONValue {
        [
            "complete": .bool(isComplete), "templatesRendered": false,
            "images": .array(images.map(\.json)),
            "missing": .array(missing.map { .string($0.reference) }),
            "imageOptions": .array(imageOptions.map { .string($0) }),
            "unresolved": .array(unresolved.map { .string($0.text) }),
            "unread": .array(unread.map { .string($0) }),
        ]
    }
}

extension Closure.Image {
    /// The first place and the number of others.
    fileprivate var placesText: String {
        let first = places.first?.text ?? ""
        return places.count > 1 ? "\(first), and \(places.count - 1) more" : first
    }

    fileprivate var substituteText: String? {
        guard case .substitute(let extra) = carried else { return nil }
        return extra.source.utf8.contains(UInt8(ascii: "@"))
            ? extra.source : "\(extra.source)@\(extra.digest)"
    }

    /// Images that values name come before those that only compose names.
    fileprivate var rank: (Int, String, String) {
        (places.contains { $0.kind == .values } ? 0 : 1, name, tag ?? "")
    }

    /// One line of a table: the reference, and its digest in the bundle.
    package var row: String {
        let state =
            switch carried {
            case .release, .extra: carriedDigest?.description ?? ""
            case .substitute: "in its place \(substituteText ?? "")"
            case nil: "not in the bundle"
            }
        return "\(reference)  \(state)"
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["reference": .string(reference), "name": .string(name)]
        if let tag { object["tag"] = .string(tag) }
        let state =
            switch carried {
            case .release: "release"
            case .extra: "extra"
            case .substitute: "substitute"
            case nil: "missing"
            }
        object["state"] = .string(state)
        if let carriedDigest { object["digest"] = .string(carriedDigest.description) }
        if let substituteText { object["inItsPlace"] = .string(substituteText) }
        if !rendered.isEmpty { object["rendered"] = .array(rendered.sorted().map { .string($0) }) }
        object["places"] = .array(places.map { .string($0.text) })
        return .object(object)
    }
}
