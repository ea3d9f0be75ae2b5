import Archive
package import SystemPackage

/// Writes the same bundle front to back, for a pipe: one blob after the other, each hashed on the way.
package struct BundleStream {
    private let plan: BundlePlan
    private let output: FileDescriptor

    package init(_ plan: BundlePlan, to output: FileDescriptor) {
        self.plan = plan
        self.output = output
    }

    package func write(from source: some BlobSource, events: TransferEvents) async throws {
        events.yield(.phase("writing to the pipe", bytes: plan.statement.blobBytes))
        try put(try plan.front)
        for place in plan.layout.placed {
            try Task.checkCancellation()
            try put(try TarHeader.bytes(path: place.entry.path, size: place.entry.size))
            if place.entry.isIndex {
                try put(plan.indexBytes)
            } else {
                let check = BlobCheck(place.entry, named: place.entry.path.text)
                try await source.fetch(place.entry) { bytes in
                    try check.take(bytes)
                    try put(bytes)
                    events.yield(.moved(bytes.count))
                }
                try check.finish()
            }
            try put([UInt8](repeating: 0, count: Int(place.end - place.contentOffset - place.entry.size)))
        }
        try put([UInt8](repeating: 0, count: TarHeader.endOfArchive))
    }

    private func put(_ bytes: [UInt8]) throws(Finding) {
        var failure: Finding?
        bytes.withUnsafeBytes { buffer in
            do throws(Finding) { try put(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
        do {
            _ = try output.writeAll(bytes)
        } catch {
            throw Finding(.local, "write.io", at: .file, "standard output: \(error)")
        }
    }
}
