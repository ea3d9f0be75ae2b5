package import BundleFormat
package import ReleaseSet

/// Names of one release in a record.
package struct ReleaseID: Hashable, Sendable, CustomStringConvertible {
    package let product: FileName
    package let channel: FileName
    package let version: ReleaseVersion
    package let revision: Int64

    package init(product: FileName, channel: FileName, version: ReleaseVersion, revision: Int64) {
        self.product = product
        self.channel = channel
        self.version = version
        self.revision = revision
    }

    package init(_ statement: Statement) {
        self.init(
            product: statement.product, channel: statement.channel, version: statement.version,
            revision: statement.revision)
    }

    /// Name of the release's folder in that of its channel.
    var folderName: String { "\(version)-r\(revision)" }

    package var description: String { folderName }
}
