package import BundleFormat
import OCI
import ReleaseSet
package import StrictJSON
package import Trust
package import VendorProof

/// What is said of a bundle, in text and as JSON, by every command that read one.
package struct BundleSummary {
    package let statement: Statement
    package let graph: BundleGraph
    package let artifact: ReleaseArtifact

    package init(statement: Statement, graph: BundleGraph, artifact: ReleaseArtifact) {
        self.statement = statement
        self.graph = graph
        self.artifact = artifact
    }

    package func entries(of kind: IndexEntry.Kind) -> [IndexEntry] {
        graph.index.entries.filter { $0.kind == kind }
    }

    package var headline: String {
        "\(statement.product) \(statement.version), revision \(statement.revision), channel \(statement.channel)"
    }

    package var counts: String {
        func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
        return [
            count(entries(of: .image).count + entries(of: .extraImage).count, "image"),
            count(entries(of: .chart).count, "chart"), count(artifact.files.count, "release file"),
            count(entries(of: .signature).count, "signature tag"),
            count(entries(of: .referrer).count, "referrer"),
        ].joined(separator: ", ")
    }

    package static func signers(_ signers: [BundleSigner], names: [KeyID: String]) -> String {
        signers.map { signer in
            signer.key.flatMap { names[$0] }.map { "\($0) (\(signer))" } ?? signer.description
        }.joined(separator: ", ")
    }

    /// The platforms of an image, attestations left out.
    package func platforms(of entry: IndexEntry) -> [String] {
        (graph.documents[entry.digest]?.manifests ?? []).compactMap(\.platform).filter { !$0.isUnknown }
            .map(\.description)
    }

    /// Bytes of everything that the entry reaches; what several entries share is counted in each.
    package func size(of entry: IndexEntry) -> Int64 {
        let reached = graph.reach(from: entry.digest)
        return (reached.documents + reached.blobs).reduce(0) { $0 + (graph.nodes[$1]?.size ?? 0) }
    }

    /// - Parameter vendor: what is known of the vendor's part; nothing where it was not looked at.
    package func json(signers: [BundleSigner], verified: Bool, vendor: VendorReport?) -> JSONObject {
        var object: JSONObject = [
            "ok": true,
            "verified": .bool(verified),
            "vendorProof": .string(vendor?.word ?? "not checked"),
            "product": .string(statement.product.text),
            "channel": .string(statement.channel.text),
            "version": .string(statement.version.text),
            "revision": .integer(statement.revision),
            "createdAt": .string(statement.createdAt.description),
            "tool": ["name": .string(statement.tool.name), "version": .string(statement.tool.version)],
            "signers": .array(signers.map { .string($0.description) }),
            "index": .string(statement.index.digest.description),
            "entries": .integer(Int64(statement.entries.count)),
            "blobBytes": .integer(statement.blobBytes),
        ]
        if let vendor { object["verification"] = .object(vendor.json) }
        if let expires = statement.expires { object["expires"] = .string(expires.description) }
        object["contents"] = .array(
            graph.index.entries.map { entry in
                var item: JSONObject = [
                    "kind": .string(entry.kind.rawValue), "ref": .string(entry.refName),
                    "digest": .string(entry.digest.description), "size": .integer(size(of: entry)),
                ]
                let platforms = platforms(of: entry)
                if !platforms.isEmpty { item["platforms"] = .array(platforms.map { .string($0) }) }
                return .object(item)
            })
        object["files"] = .array(
            artifact.files.map {
                [
                    "name": .string($0.name.text), "digest": .string($0.digest.description),
                    "size": .integer($0.size),
                ]
            })
        return object
    }
}
