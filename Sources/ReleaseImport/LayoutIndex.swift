import BundleFormat
import Glibc
import OCI
import StrictJSON
import SystemPackage

/// The `index.json` of a layout that an import writes into; descriptors of others stay as they are.
struct LayoutIndex {
    private var descriptors: [Descriptor] = []
    private(set) var hasChanged = false

    private static let refName = "org.opencontainers.image.ref.name"

    init() {}

    init(readFrom folder: FilePath) throws {
        let path = folder.appending(BundleEntry.indexPath)
        let bytes: [UInt8]
        do {
            let file = PositionedFile(
                try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]), path: path)
            bytes = try file.bytes(at: 0, count: Int(min(FileIdentity(of: file).size, 64 << 20)))
        } catch let error as Errno {
            throw Finding(
                .local, "file.open", at: .target,
                "\(path): cannot be opened: \(error); give an OCI layout or a new folder")
        }
        let root = try StrictJSON.parseObject(
            bytes, name: path.string, limits: JSONLimits(bytes: 64 << 20, values: 2_000_000))
        descriptors = try root.member("manifests").array().map { try Descriptor(json: $0) }
    }

    func digest(of refName: String) -> Digest? {
        descriptors.first { $0.annotations[Self.refName] == refName }?.digest
    }

    var digests: Set<Digest> { Set(descriptors.map(\.digest)) }

    mutating func set(_ refName: String, to descriptor: Descriptor) {
        var named = descriptor
        named.annotations = [Self.refName: refName]
        guard !descriptors.contains(named) else { return }
        descriptors.removeAll { $0.annotations[Self.refName] == refName }
        descriptors.append(named)
        hasChanged = true
    }

    /// Lists a manifest that has no name.
    mutating func add(_ descriptor: Descriptor) {
        guard !descriptors.contains(where: { $0.digest == descriptor.digest }) else { return }
        descriptors.append(descriptor)
        hasChanged = true
    }

    var json: [UInt8] {
        get throws {
            let sorted = descriptors.sorted {
                ($0.annotations[Self.refName] ?? "~", $0.digest) < (
                    $1.annotations[Self.refName] ?? "~", $1.digest
                )
            }
            let value: JSONValue = [
                "manifests": .array(sorted.map(\.json)), "mediaType": .string(MediaType.ociIndex.text),
                "schemaVersion": 2,
            ]
            return try value.canonical()
        }
    }
}
