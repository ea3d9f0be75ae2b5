package import BundleFormat
package import OCI
package import ReleaseSet

/// An image that the operator adds to the release, as `--image` names it: by digest, with the name it gets.
///
/// `REF@sha256:…=NAME:TAG`; what stands behind `=` may be left out in parts where REF says it: the name is then its last
/// component, the tag is its own. A name without a host is spelled out as container engines do, so that it means the
/// same on every machine. Without a digest nobody knows what was approved; `latest` and tags that registries and
/// cosign give a meaning of their own are refused.
package struct NamedImage: Hashable, Sendable {
    package let vendor: ImageName
    package let digest: Digest
    /// Below the target's prefix.
    package let name: RepositoryName
    package let tag: Tag
    /// What the source calls it, with its own tag if one was given.
    package let reference: String
    /// The source's own tag.
    let sourceTag: Tag?

    package init(_ text: String) throws(Finding) {
        func refused(_ obstacle: String) -> Finding {
            Finding(.usage, "image.reference", at: .target, "--image \(text): \(obstacle)")
        }
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        // One @ more is user information, which is not repeated: it may hold a password.
        guard sides[0].utf8.count(where: { $0 == UInt8(ascii: "@") }) < 2 else {
            throw Finding(.usage, "ref.userinfo", at: .target, "--image: \(ReferenceError.userInfo)")
        }
        let pin = ImagePin(String(sides[0]))
        guard let written = pin.digest else {
            throw refused("has no digest; expected REF@sha256:… or REF@sha256:…=NAME:TAG")
        }
        let given = sides.count == 2 ? sides[1].split(separator: ":", omittingEmptySubsequences: false) : []
        guard given.count <= 2, let tag = given.count == 2 ? String(given[1]) : pin.tag else {
            throw refused("has no tag; expected REF:TAG@sha256:… or REF@sha256:…=NAME:TAG")
        }
        guard tag != "latest", !tag.hasPrefix("sha256-") else {
            throw refused("the tag \(tag) says nothing about the image; give another one with =NAME:TAG")
        }
        do {
            let digest = try Digest(written)
            let vendor = try ImageName(pin.name)
            let own = try pin.tag.map { (tag) throws(ReferenceError) in try Tag(tag) }
            name = try RepositoryName(given.first.map(String.init) ?? vendor.repository.lastComponent)
            self.tag = try Tag(tag)
            reference = own.map { "\(vendor):\($0)" } ?? "\(vendor)@\(digest)"
            (self.digest, self.vendor, sourceTag) = (digest, vendor, own)
        } catch {
            throw refused("\(error)")
        }
    }

    var repository: SourceRepository { SourceRepository(vendor: vendor, name: name, isMirrored: false) }

    /// Refuses two images for one repository, be it the release's own or another one's that was named.
    package static func requireDistinct(
        _ images: [NamedImage], beside manifest: ReleaseManifest,
    ) throws(Finding) {
        var taken = Dictionary(manifest.images.map { ($0.shortName, $0.name.description) }) { $1 }
        taken[IndexEntry.chartRepository] = "the chart"
        taken[IndexEntry.releaseRepository] = "the release files"
        for image in images {
            guard let other = taken.updateValue(image.reference, forKey: image.name.text) else { continue }
            throw Finding(
                .policy, "map.collision", at: .releaseSet,
                "--image \(image.reference): \(other) goes to \(image.name) already; "
                    + "give the image another name with =NAME:TAG")
        }
    }
}
