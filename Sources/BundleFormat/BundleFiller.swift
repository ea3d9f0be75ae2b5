import Archive
import Trust
import OCI
package import SystemPackage
import Glibc

/// Makes the file that a plan describes: its exact size first, then every blob straight to its final place, from
/// several connections, each byte written once.
package struct BundleFiller: Sendable {
    package let plan: BundlePlan
    private let output: OutputFile
    private let journal: FillJournal
    private let finished: Set<Digest>

    /// Opens `FILE.partial`, and goes on with an earlier run's if `resume` recognises the bundle in it.
    ///
    /// - Parameter resume: is given the statement and the signatures that stand in the earlier file.
    package init(
        _ plan: BundlePlan, output path: FilePath, resume: ([UInt8], [[UInt8]]) throws -> BundlePlan?,
    ) throws {
        output = try OutputFile(path)
        let front = try? BundleFront(output.file)
        let earlier = try front.flatMap { try resume($0.statement, $0.signatures.map(\.bytes)) }
        self.plan = earlier ?? plan
        journal = try FillJournal(for: path, keeping: earlier != nil)
        finished = earlier == nil ? [] : try journal.finished()
        try prepare(afresh: earlier == nil)
    }

    private func prepare(afresh: Bool) throws {
        if afresh { try output.resize(to: 0) }
        let taken = try Self.allocatedBytes(of: output.file.descriptor)
        let free = try OutputFile.freeSpace(at: output.path)
        guard free >= plan.layout.fileSize - taken else {
            throw Finding(
                .local, "space.precheck", at: .file,
                "\(output.path): needs \(plan.layout.fileSize - taken) bytes, \(free) are free")
        }
        try output.resize(to: plan.layout.fileSize)
        try output.file.write(try plan.front, at: 0)
        for place in plan.layout.placed {
            let header = try TarHeader.bytes(path: place.entry.path, size: place.entry.size)
            try output.file.write(header, at: place.headerOffset)
            // What a power cut left of an earlier run may be anything; the blobs are hashed, the rest is written anew.
            let end = place.contentOffset + place.entry.size
            try output.file.write([UInt8](repeating: 0, count: Int(place.end - end)), at: end)
        }
        let tail = Int64(TarHeader.endOfArchive)
        try output.file.write([UInt8](repeating: 0, count: Int(tail)), at: plan.layout.fileSize - tail)
        if let index = plan.layout.placed.first {
            try output.file.write(plan.indexBytes, at: index.contentOffset)
        }
    }

    /// Fills every blob in, `width` at a time, the largest first.
    package func fill(from source: some BlobSource, width: Int, events: TransferEvents) async throws {
        events.yield(.phase("filling \(output.path)", bytes: plan.statement.blobBytes))
        try await withThrowingTaskGroup(of: Void.self) { group in
            var places = plan.blobsBySize.makeIterator()
            var running = 0
            while let place = places.next() {
                if running == width {
                    try await group.next()
                    running -= 1
                }
                group.addTask { try await fillOne(place, from: source, events: events) }
                running += 1
            }
            try await group.waitForAll()
        }
    }

    private func fillOne(_ place: BundleLayout.Placed, from source: some BlobSource, events: TransferEvents)
        async throws
    {
        try Task.checkCancellation()
        if finished.contains(place.entry.digest), try isWhole(place, events: events) { return }
        let check = BlobCheck(place.entry, named: place.entry.path.text)
        try await source.fetch(place.entry) { bytes in
            let offset = place.contentOffset + check.count
            try check.take(bytes)
            try output.file.write(bytes, at: offset)
            events.yield(.moved(bytes.count))
        }
        try check.finish()
        try journal.add(place.entry.digest)
    }

    /// Whether an earlier run's blob is really there.
    private func isWhole(_ place: BundleLayout.Placed, events: TransferEvents) throws -> Bool {
        let check = BlobCheck(place.entry, named: place.entry.path.text)
        try output.file.forEachChunk(of: place.contentOffset..<place.contentOffset + place.entry.size) {
            try check.take($0)
            events.yield(.kept($0.count))
        }
        guard (try? check.finish()) != nil else {
            events.yield(.kept(-Int(place.entry.size)))
            return false
        }
        return true
    }

    /// Writes the small files beside the bundle and then gives the bundle its name.
    package func publish() throws(Finding) {
        for (path, bytes) in companions { try OutputFile.write(bytes, to: path) }
        // A bundle that stood here before may have had more signers.
        for number in plan.signatures.count..<BundleLayout.maximumSignatures {
            unlink(Self.signaturePath(number, beside: output.path).string)
        }
        try output.publish()
        guard unlink(journal.path.string) == 0 || errno == ENOENT else {
            throw Finding(.local, "write.io", at: .file, "\(journal.path): \(Errno(rawValue: errno))")
        }
    }

    /// The same bytes as inside, for people who check with other tools; import never reads them.
    private var companions: [(FilePath, [UInt8])] {
        [(Self.statementPath(beside: output.path), plan.statementBytes)]
            + plan.signatures.enumerated().map {
                (Self.signaturePath($0.offset, beside: output.path), $0.element)
            }
    }

    package static func statementPath(beside output: FilePath) -> FilePath {
        FilePath(output.string + ".statement.json")
    }

    package static func signaturePath(_ number: Int, beside output: FilePath) -> FilePath {
        FilePath(output.string + (number == 0 ? ".sigstore.json" : ".\(number).sigstore.json"))
    }

    private static func allocatedBytes(of descriptor: FileDescriptor) throws(Finding) -> Int64 {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else {
            throw Finding(.local, "write.io", at: .file, "partial file: \(Errno(rawValue: errno))")
        }
        return Int64(status.st_blocks) * 512
    }
}
