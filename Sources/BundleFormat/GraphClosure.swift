import OCI

extension BundleGraph {
    /// What differs between the graph and the entries of the tar: nothing may be missing, left over, of another size or
    /// in another order.
    ///
    /// bundle-spec/bundle-v1.md, sections 1 and 3.
    package func differences(from entries: [BundleEntry]) -> [Finding] {
        let held = Dictionary(entries.map { ($0.digest, $0.size) }, uniquingKeysWith: { first, _ in first })
        var findings: [Finding] = []
        for (digest, node) in blobs {
            let name = BundleEntry.blobPrefix + digest.hex
            guard let size = held[digest] else {
                // The walk has told of documents that it could not read.
                if node.documentType == nil { findings.append(missing(digest, node)) }
                continue
            }
            if size != node.size {
                findings.append(
                    Finding(
                        .content, "blob.size", at: .graph,
                        "\(name): \(node.namedBy) says \(node.size) bytes, the statement says \(size)"))
            }
        }
        for entry in entries where nodes[entry.digest] == nil {
            findings.append(
                Finding(
                    .format, "graph.unreferenced", at: .graph,
                    "\(entry.path): \(entry.digest) of \(entry.size) bytes is named by nothing in the bundle")
            )
        }
        if findings.isEmpty, let finding = orderDifference(from: entries) { findings.append(finding) }
        return findings
    }

    private func missing(_ digest: Digest, _ node: Node) -> Finding {
        let images = users(of: digest).joined(separator: ", ")
        let name = BundleEntry.blobPrefix + digest.hex
        return node.isForeign
            ? Finding(
                .format, "graph.foreign", at: .graph,
                "\(name): is a foreign layer of \(images) (\(node.namedBy)) whose bytes are not in the bundle"
            )
            : Finding(
                .content, "graph.missing", at: .graph,
                "\(name): is named by \(node.namedBy) of \(images) but is not in the bundle")
    }

    private func orderDifference(from entries: [BundleEntry]) -> Finding? {
        for (entry, expected) in zip(entries, blobs) where entry.digest != expected.digest {
            return Finding(
                .format, "statement.order", at: .graph,
                "\(entry.path): expected \(BundleEntry.blobPrefix)\(expected.digest.hex) here "
                    + "(documents, small blobs, layers; each by digest)")
        }
        return nil
    }
}
