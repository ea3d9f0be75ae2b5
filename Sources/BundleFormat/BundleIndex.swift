package import OCI
import StrictJSON

/// A bundle's `index.json`: the roots of everything it carries, sorted by ref name.
package struct BundleIndex: Hashable, Sendable {
    package static let maximumSize = 4 << 20
    package static let maximumEntries = 16_384

    package let entries: [IndexEntry]

    /// Sorts `entries`; two with one ref name would go to one place in the target.
    package init(_ entries: [IndexEntry]) throws(Finding) {
        let sorted = entries.sorted { $0.refName.utf8.lexicographicallyPrecedes($1.refName.utf8) }
        for (a, b) in zip(sorted, sorted.dropFirst()) where a.refName == b.refName {
            throw .index("index.duplicateref", "ref name \"\(a.refName)\" stands twice")
        }
        self.entries = sorted
    }

    /// The bytes of the file, canonical JSON.
    package var json: [UInt8] {
        get throws(JSONError) {
            let value: JSONValue = [
                "manifests": .array(entries.map(\.json)), "mediaType": .string(MediaType.ociIndex.text),
                "schemaVersion": 2,
            ]
            return try value.canonical()
        }
    }

    /// Reads the file, all its faults told: a bundle made by another writer is judged in one go.
    package static func read(_ bytes: [UInt8]) throws(Refusal) -> BundleIndex {
        let descriptors: [Descriptor]
        do {
            descriptors = try document(bytes)
        } catch let error as OCIError {
            throw Refusal(Finding(error))
        } catch {
            throw Refusal(.index("index.shape", "\(error)"))
        }
        var entries: [IndexEntry] = []
        var found: [Finding] = []
        for (position, descriptor) in descriptors.enumerated() {
            do throws(Finding) {
                entries.append(try IndexEntry(descriptor, at: "/manifests/\(position)"))
            } catch {
                found.append(error)
            }
        }
        if let refusal = Refusal(found) { throw refusal }
        do throws(Finding) {
            let index = try BundleIndex(entries)
            let written = try? index.json
            guard written == bytes else {
                throw .index(
                    "index.canonical", "is not the canonical JSON of its descriptors, sorted by ref name")
            }
            return index
        } catch {
            throw Refusal(error)
        }
    }

    private static func document(_ bytes: [UInt8]) throws -> [Descriptor] {
        let name = BundleEntry.indexPath
        let limits = JSONLimits(bytes: maximumSize, values: 2_000_000)
        let root: JSONNode
        do {
            root = try StrictJSON.parseObject(bytes, name: name, limits: limits)
        } catch {
            throw OCIError.json(error)
        }
        let nodes = try OCIError.shaped { () throws(JSONError) in try root.member("manifests").array() }
        guard nodes.count <= maximumEntries else {
            throw OCIError.tooMany(name, found: nodes.count, limit: maximumEntries)
        }
        return try nodes.map { try Descriptor(json: $0) }
    }
}

extension Finding {
    /// What is wrong with a document of the graph.
    package init(_ error: OCIError) {
        self.init(error.isAboutContent ? .content : .format, error.reason, at: .graph, error.description)
    }
}
