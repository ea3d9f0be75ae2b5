import StrictJSON

/// The config of an image, which container runtimes read and this program only checks.
///
/// OCI image-spec 1.1.1, config.md.
package enum ImageConfig {
    package static let maximumSize = 8 << 20

    /// Returns `true` for the media types of image configs, OCI's and Docker's.
    package static func isNamed(by type: MediaType) -> Bool {
        [MediaType.ociImageConfig, .dockerImageConfig].contains(type)
    }

    /// Refuses what two readers could read as two things.
    package static func check(_ bytes: [UInt8], name: String) throws(OCIError) {
        do {
            let node = try StrictJSON.parseObject(bytes, name: name, limits: JSONLimits(bytes: maximumSize))
            try KnownMembers.imageConfig.check(node)
        } catch {
            throw .json(error)
        }
    }
}
