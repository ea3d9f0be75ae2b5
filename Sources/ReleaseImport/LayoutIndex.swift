import BundleFormat
import OCI
import StrictJSON
import SystemPackage

/// The `index.json` of a layout that an import writes into.
///
/// Descriptors and members of others stay as they are, also those that this program does not know.
struct LayoutIndex {
    private var root: JSONObject
    private var entries: [Entry] = []
    private(set) var hasChanged = false

    private struct Entry {
        let descriptor: Descriptor
        let value: JSONValue

        var refName: String? { descriptor.annotations[LayoutIndex.refName] }
    }

    private static let refName = "org.opencontainers.image.ref.name"
    private static let limits = JSONLimits(bytes: 64 << 20, values: 2_000_000)

    init() {
        root = ["mediaType": .string(MediaType.ociIndex.text), "schemaVersion": 2]
    }

    init(readFrom folder: FilePath) throws {
        let path = folder.appending(BundleEntry.indexPath)
        let bytes: [UInt8]
        do {
            let file = PositionedFile(
                try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec]), path: path)
            guard try FileIdentity(of: file).isRegular else {
                throw Finding(.local, "file.notregular", at: .target, "\(path): is not a regular file")
            }
            bytes = try file.bytes(
                at: 0, count: Int(min(FileIdentity(of: file).size, Int64(Self.limits.bytes) + 1)))
        } catch let error as Errno {
            throw Finding(
                .local, "file.open", at: .target,
                "\(path): cannot be opened: \(error); give an OCI layout or a new folder")
        }
        let document = try StrictJSON.parseObject(bytes, name: path.string, limits: Self.limits)
        try KnownMembers.manifest.check(document)
        root = try document.object()
        entries = try document.member("manifests").array().map {
            Entry(descriptor: try Descriptor(json: $0), value: $0.value)
        }
    }

    var digests: Set<Digest> { Set(entries.map(\.descriptor.digest)) }

    func digest(of refName: String) -> Digest? {
        entries.first { $0.refName == refName }?.descriptor.digest
    }

    mutating func set(_ refName: String, to descriptor: Descriptor) {
        guard digest(of: refName) != descriptor.digest else { return }
        var named = descriptor
        named.annotations = [Self.refName: refName]
        entries.removeAll { $0.refName == refName }
        entries.append(Entry(descriptor: named, value: named.json))
        hasChanged = true
    }

    /// Lists a manifest that has no name.
    mutating func add(_ descriptor: Descriptor) {
        guard !digests.contains(descriptor.digest) else { return }
        entries.append(Entry(descriptor: descriptor, value: descriptor.json))
        hasChanged = true
    }

    var json: [UInt8] {
        get throws {
            let sorted = entries.sorted {
                ($0.refName ?? "~", $0.descriptor.digest) < ($1.refName ?? "~", $1.descriptor.digest)
            }
            var root = root
            root["manifests"] = .array(sorted.map(\.value))
            return try JSONValue.object(root).pretty()
        }
    }
}
