package import OCI

/// Everything of a release that its coherence is judged by, read and not yet believed.
package struct ReleaseParts: Sendable {
    package struct File: Hashable, Sendable {
        package let digest: Digest
        /// Bytes.
        package let size: Int64

        package init(digest: Digest, size: Int64) {
            self.digest = digest
            self.size = size
        }
    }

    /// An image as the registry or the bundle holds it.
    package struct Image: Hashable, Sendable {
        package var digest: Digest
        /// Of the manifests in its index; those of attestations are left out.
        package var platforms: [Platform]
        /// The manifests below the index, by which a report may name the image too.
        package var manifests: Set<Digest>

        package init(digest: Digest, platforms: [Platform], manifests: Set<Digest>) {
            self.digest = digest
            self.platforms = platforms
            self.manifests = manifests
        }
    }

    package struct Chart: Sendable {
        /// From `Chart.yaml` in the archive.
        package var archived: ChartMetadata?
        /// From the config of the OCI artifact.
        package var config: ChartMetadata?
        /// The content layer of the OCI artifact, which is the archive.
        package var layer: Digest?
        /// The chart's own values and its profiles, by their name in messages.
        package var values: [(file: String, values: ReleaseValues)] = []
        /// Images that the templates name literally, with the template and the line.
        package var templateImages: [(file: String, line: Int, text: String)] = []
        /// Charts inside of the chart, which are not read.
        package var subcharts: [String] = []
        /// Whether the OCI artifact was made of the archive by an export instead of by the vendor.
        package var isBuilt = false

        package init() {}
    }

    /// A part of a release that an operator can leave out as a whole.
    package enum Group: String, CaseIterable, Hashable, Sendable {
        case compose, binaries
    }

    /// The version that all of it is to have.
    package var version: ReleaseVersion
    package var manifest: ReleaseManifest
    package var files: [FileName: File]
    /// By short name.
    package var images: [String: Image]
    /// Where an image that is not there was looked for, by short name.
    package var absentFrom: [String: String] = [:]
    package var extraImages: [ExtraImage] = []
    package var chart = Chart()
    package var values: ReleaseValues?
    package var checksums: [ChecksumList] = []
    /// Files of Sigstore bundles, which prove others.
    package var attestations: Set<FileName> = []
    package var environment: ComposeEnvironment?
    package var compose: ComposeFile?
    package var documents: [FileName: DocumentFacts] = [:]
    package var leftOut: Set<Group> = []
    /// Files that are there and could not be read.
    package var unreadable: [SetFinding] = []

    package init(
        version: ReleaseVersion, manifest: ReleaseManifest, files: [FileName: File], images: [String: Image],
    ) {
        self.version = version
        self.manifest = manifest
        self.files = files
        self.images = images
    }

    package func hasFile(named name: String) -> Bool { files.keys.contains { $0.text == name } }

    /// Takes each group of which no file is there, though lists or manifest name some, for left out on purpose.
    package mutating func leaveOutAbsentGroups() {
        let listed = checksums.flatMap { $0.entries.map(\.name) }
        let promised = listed + [manifest.compose?.file, manifest.compose?.envExample].compactMap { $0 }
        for group in Group.allCases {
            func isOne(_ name: FileName) -> Bool { belongs(name, to: group) && !isProof(name) }
            let isPromised = promised.contains(where: isOne) || group == .binaries && manifest.binaries != nil
            if isPromised, !files.keys.contains(where: isOne) { leftOut.insert(group) }
        }
    }

    /// Every digest by which one of the images may be named, and whose it is.
    var digestsByImage: [String: Set<Digest>] {
        var found: [String: Set<Digest>] = [:]
        for image in manifest.images { found[image.shortName, default: []].insert(image.digest) }
        for (name, image) in images {
            found[name, default: []].formUnion(image.manifests.union([image.digest]))
        }
        return found
    }
}
