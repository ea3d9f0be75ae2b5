package import BundleFormat
package import ReleaseSet
package import SystemPackage
package import Trust
package import VendorProof

/// What an operator asks an export for.
package struct ExportRequest: Sendable {
    /// The folder with the release files as downloaded.
    package var folder: FilePath
    package var product: FileName
    package var channel: FileName
    package var revision: Int64
    package var createdAt: Timestamp
    /// Whether the time was given, so that an earlier run's may not stand in its place.
    package var isTimeFixed: Bool
    package var expires: Timestamp?
    package var tool: Statement.Tool
    /// How many transfers run at a time.
    package var width: Int
    /// What may be missing from the release by name.
    package var allowMissing: Set<String>
    /// What stays here on purpose.
    package var leavingOut: Set<ReleaseParts.Group>
    /// What travels beside the release.
    package var extraImages: [NamedImage]
    /// What is asked of the vendor's part.
    package var vendor: VendorDemand

    package init(
        folder: FilePath, product: FileName, channel: FileName, revision: Int64,
        createdAt: Timestamp, isTimeFixed: Bool, expires: Timestamp?, tool: Statement.Tool, width: Int,
        allowMissing: Set<String> = [], leavingOut: Set<ReleaseParts.Group> = [],
        extraImages: [NamedImage] = [], vendor: VendorDemand,
    ) {
        self.folder = folder
        self.product = product
        self.channel = channel
        self.revision = revision
        self.createdAt = createdAt
        self.isTimeFixed = isTimeFixed
        self.expires = expires
        self.tool = tool
        self.width = width
        self.allowMissing = allowMissing
        self.leavingOut = leavingOut
        self.extraImages = extraImages
        self.vendor = vendor
    }
}
