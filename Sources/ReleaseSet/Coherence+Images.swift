import OCI

extension Coherence {
    /// The images that are promised, those that are there, and whether they are the same (THREATS R-30).
    var imageFindings: [SetFinding] {
        let promised = Set(parts.manifest.images.map(\.shortName))
        var found = parts.manifest.images.flatMap(findings)
        for service in ReleaseService.all where !promised.contains(service.image) {
            found.append(
                SetFinding(
                    .missing, "set.missing", file: ReleaseManifest.name, item: "image \(service.image)",
                    expected: "all \(ReleaseService.all.count) services", found: "no such image",
                    allowName: service.image))
        }
        let unpromised = parts.images.filter { !promised.contains($0.key) }
        for (name, image) in unpromised.sorted(by: { $0.key < $1.key }) {
            found.append(
                SetFinding(
                    .contradiction, "set.extra", file: "image \(name)", expected: "an image of the release",
                    found: "\(image.digest), which neither the release manifest nor the operator names"))
        }
        return found
    }

    private func findings(about image: ReleaseImage) -> [SetFinding] {
        var found: [SetFinding] = []
        guard let carried = parts.images[image.shortName] else {
            found.append(
                SetFinding(
                    .missing, "set.missing", file: "image \(image.shortName)",
                    expected: "\(image.digest), which the release manifest promises",
                    found: parts.absentFrom[image.shortName].map { "none in \($0)" } ?? "no such image",
                    allowName: image.shortName))
            return found
        }
        if carried.digest != image.digest {
            found.append(
                SetFinding(
                    .contradiction, "set.digest", file: "image \(image.shortName)",
                    expected: "\(image.digest) by the release manifest", found: named(carried.digest)))
        }
        return found
    }

    /// A digest, and whose it is if it is one of the set's.
    func named(_ digest: Digest) -> String {
        let owner = parts.manifest.images.first { $0.digest == digest }
        return "\(digest)" + (owner.map { ", which is \($0.shortName)'s" } ?? "")
    }

    /// Each release image runs on both platforms, and nobody has to guess which manifest is meant (THREATS R-36).
    var platformFindings: [SetFinding] {
        let names = Set(parts.manifest.images.map(\.shortName)).intersection(parts.images.keys)
        return names.sorted().flatMap { name in
            platformFindings(of: name, parts.images[name]?.platforms ?? [])
        }
    }

    private func platformFindings(of name: String, _ platforms: [Platform]) -> [SetFinding] {
        let all = platforms.map(Self.plain)
        let listing = all.isEmpty ? "none" : all.map(\.description).joined(separator: ", ")
        var found: [SetFinding] = []
        for architecture in ["amd64", "arm64"] {
            let wanted = Platform(os: "linux", architecture: architecture)
            guard !all.contains(where: { $0.os == wanted.os && $0.architecture == wanted.architecture })
            else {
                continue
            }
            found.append(
                SetFinding(
                    .missing, "set.platform", file: "image \(name)", expected: "\(wanted)",
                    found: "platforms: \(listing)", allowName: "\(name):\(wanted)"))
        }
        for platform in Set(all).sorted(by: { $0.description < $1.description }) {
            let count = all.count { $0 == platform }
            guard count > 1 else { continue }
            found.append(
                SetFinding(
                    .contradiction, "set.platform", file: "image \(name)",
                    expected: "\(platform) once, not a duplicate", found: "it \(count) times"))
        }
        return found
    }

    /// `linux/arm64/v8` is what `linux/arm64` means.
    private static func plain(_ platform: Platform) -> Platform {
        guard platform.architecture == "arm64", platform.variant == "v8" else { return platform }
        return Platform(os: platform.os, architecture: platform.architecture)
    }
}
