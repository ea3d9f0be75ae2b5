package import SystemPackage

/// An open file that is read and written at offsets, by several tasks at once; it has no position to share.
///
/// Never mapped into memory: a file that is cut while it is read would stop the process.
package final class PositionedFile: Sendable {
    package let path: FilePath
    package let descriptor: FileDescriptor

    /// Takes over `descriptor` and closes it at the end.
    package init(_ descriptor: FileDescriptor, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { try? descriptor.close() }

    /// Fills `buffer` from `offset` on and says how many bytes there were; fewer only at the end of the file.
    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Finding) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count: Int
            do {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                count = try descriptor.read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
            } catch {
                throw Finding(
                    .local, "read.io", at: .file,
                    "\(path): cannot be read at byte \(offset + Int64(filled)): \(error); the medium may be damaged"
                )
            }
            guard count > 0 else { break }
            filled += count
        }
        return filled
    }

    /// The `count` bytes from `offset` on, or as many as the file has.
    package func bytes(at offset: Int64, count: Int) throws(Finding) -> [UInt8] {
        var failure: Finding?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(Finding) {
                filled = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(Finding) {
        do {
            try descriptor.writeAll(toAbsoluteOffset: offset, bytes)
        } catch {
            let isFull = (error as? Errno) == .noSpace || (error as? Errno) == .diskQuotaExceeded
            throw Finding(
                .local, isFull ? "write.space" : "write.io", at: .file,
                "\(path): cannot be written at byte \(offset): \(error)")
        }
    }

    package func write(_ bytes: [UInt8], at offset: Int64) throws(Finding) {
        var failure: Finding?
        bytes.withUnsafeBytes { buffer in
            do throws(Finding) { try write(buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

extension PositionedFile {
    package static let chunkSize = 256 * 1024

    /// Hands the bytes of `range` to `body` in order, in chunks.
    ///
    /// - Throws: `read.short` if the file ends before the range does, and what `body` throws.
    package func forEachChunk(of range: Range<Int64>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    {
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(min(Int64(Self.chunkSize), Int64(range.count))), alignment: 4096)
        defer { room.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = Int(min(Int64(room.count), range.upperBound - offset))
            let count = try read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: room[..<wanted]))
            guard count == wanted else {
                throw Finding(
                    .local, "read.short", at: .file, "\(path): ends at byte \(offset + Int64(count))")
            }
            try body(UnsafeRawBufferPointer(rebasing: room[..<count]))
            offset += Int64(count)
        }
    }
}
