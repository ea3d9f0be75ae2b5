import OCI

/// The image of a bundle to which a reference leads.
package enum CarriedImage: Hashable, Sendable {
    /// An image of the release manifest.
    case release(ReleaseImage)
    /// An image that the operator added, which has this name and this tag or digest.
    case extra(ExtraImage)
    /// The operator's image for the same part of the chart, of another name or version.
    case substitute(ExtraImage)
}

extension ReleaseParts {
    /// The image of the manifest, or of the operator, that a reference names.
    func image(for pin: ImagePin) -> CarriedImage? {
        if let image = manifest.images.first(where: { $0.name.description == pin.name }) {
            return .release(image)
        }
        let extra = extraImages.first { extra in
            let source = ImagePin(extra.source)
            return source.name == pin.name
                && (pin.digest.map { $0 == extra.digest.description } ?? (pin.tag == source.tag))
        }
        return extra.map(CarriedImage.extra)
    }
}
