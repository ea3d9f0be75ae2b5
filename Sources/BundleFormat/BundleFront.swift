import Archive
package import Trust

/// What stands before `index.json`: the layout marker, the statement's bytes and the signature files.
///
/// Reading it parses nothing but tar headers, and of these only the sizes that no signature can fix; each header is
/// then built anew and compared byte for byte. Nothing here is believed yet.
///
/// bundle-spec/bundle-v1.md, sections 1, 2 and 7.
package struct BundleFront: Sendable {
    package let statement: [UInt8]
    package let signatures: [SignatureFile]
    /// Where the header of `index.json` begins.
    package let restOffset: Int64

    package init(_ file: PositionedFile) throws(Finding) {
        var reader = FrontReader(file: file)
        try reader.checkMarker()
        statement = try reader.statement()
        signatures = try reader.signatures()
        restOffset = reader.offset
    }
}

private struct FrontReader {
    let file: PositionedFile
    var offset: Int64 = 0
    var position = 0

    mutating func checkMarker() throws(Finding) {
        let first = try file.bytes(at: 0, count: TarHeader.blockSize)
        guard !first.isEmpty else { throw .file("file.empty", "\(file.path): is empty") }
        if let known = KnownFile(startingWith: first) {
            let hint = known.isCompressed ? "; decompress it first" : "; give the bundle's tar"
            throw .file(known.reason, "\(file.path): is a file of another kind: \(known.name)\(hint)")
        }
        guard let claimed = ClaimedHeader(block: first) else { throw truncated() }
        guard claimed.visibleName == BundleLayout.layoutMarkerPath || claimed.speaksOfNextEntry else {
            guard claimed.hasGoodChecksum else {
                throw .file("file.magic", "\(file.path): is no tar: begins with \"\(claimed.visibleName)\"")
            }
            throw noStatement(claimed)
        }
        let marker = try entry(BundleLayout.layoutMarkerPath, size: Int64(BundleLayout.layoutMarker.count))
        guard marker == BundleLayout.layoutMarker else {
            throw .file(
                "layout.version",
                "\(BundleLayout.layoutMarkerPath): is not \(String(decoding: BundleLayout.layoutMarker, as: UTF8.self))"
            )
        }
    }

    mutating func statement() throws(Finding) -> [UInt8] {
        let claimed = try claim()
        guard claimed.visibleName == BundleLayout.statementPath else { throw noStatement(claimed) }
        return try entry(
            BundleLayout.statementPath, claimed: claimed, limit: Statement.maximumSize,
            reason: "statement.size")
    }

    mutating func signatures() throws(Finding) -> [SignatureFile] {
        var files: [SignatureFile] = []
        while true {
            let path = BundleLayout.signaturePath(files.count)
            let claimed = try claim()
            guard claimed.visibleName == path else {
                try checkIndexFollows(claimed)
                return files
            }
            guard files.count < BundleLayout.maximumSignatures else {
                throw Finding(
                    .trust, "sig.toomany", at: .signature,
                    "\(file.path): has more than \(BundleLayout.maximumSignatures) signatures")
            }
            let bytes = try entry(
                path, claimed: claimed, limit: BundleLayout.maximumSignatureSize, reason: "signature.size")
            files.append(SignatureFile(name: path, bytes: bytes))
        }
    }

    /// Refuses what stands between the signatures and `index.json`, a second statement say. Only the name can be told
    /// here: the size is the statement's to give.
    private func checkIndexFollows(_ claimed: ClaimedHeader) throws(Finding) {
        let path = BundleEntry.indexPath
        guard claimed.visibleName != path else { return }
        let found = try file.bytes(at: offset, count: TarHeader.blockSize)
        guard let difference = HeaderDifference(expected: try header(path, size: 0), found: found) else {
            return
        }
        throw .header(path, position: position + 1, difference)
    }

    private func claim() throws(Finding) -> ClaimedHeader {
        guard let claimed = ClaimedHeader(block: try file.bytes(at: offset, count: TarHeader.blockSize))
        else {
            throw truncated()
        }
        return claimed
    }

    private mutating func entry(_ path: String, claimed: ClaimedHeader, limit: Int, reason: String)
        throws(Finding) -> [UInt8]
    {
        // A size that is not spelled our way cannot be equal to any header of ours: compare with an empty one.
        let size = claimed.size ?? 0
        guard size <= limit else {
            throw .file(reason, "\(path): has \(size) bytes, at most \(limit) are allowed")
        }
        return try entry(path, size: size)
    }

    private mutating func entry(_ path: String, size: Int64) throws(Finding) -> [UInt8] {
        position += 1
        let expected = try header(path, size: size)
        let found = try file.bytes(at: offset, count: expected.count)
        if let difference = HeaderDifference(expected: expected, found: found) {
            throw .header(path, position: position, difference)
        }
        let content = try file.bytes(
            at: offset + Int64(expected.count), count: Int(TarHeader.paddedSize(size)))
        guard content.count == TarHeader.paddedSize(size) else { throw truncated() }
        guard content[Int(size)...].allSatisfy({ $0 == 0 }) else {
            throw Finding(.format, "tar.padding", at: .file, "\(path): the bytes after its end are not zero")
        }
        offset += Int64(expected.count + content.count)
        return Array(content.prefix(Int(size)))
    }

    private func header(_ path: String, size: Int64) throws(Finding) -> [UInt8] {
        do {
            return try TarHeader.bytes(path: try EntryPath(path), size: size)
        } catch {
            throw Finding(.internal, "internal", at: .file, "\(path): \(error)")
        }
    }

    private func noStatement(_ claimed: ClaimedHeader) -> Finding {
        .file(
            "bundle.nostatement",
            "\(file.path): entry \(position + 1) is \"\(claimed.visibleName)\", expected "
                + (position == 0 ? BundleLayout.layoutMarkerPath : BundleLayout.statementPath)
                + ": this is no bundle of cgbundle; an archive without a signed statement is never imported")
    }

    private func truncated() -> Finding {
        .file("tar.truncated", "\(file.path): is cut short in the entry at byte \(offset)")
    }
}

extension ClaimedHeader {
    /// Whether it is a pax or GNU header, which a re-packed archive may begin with; other archives are told apart by
    /// their first entry's name.
    fileprivate var speaksOfNextEntry: Bool {
        hasGoodChecksum && "gxLK".utf8.contains(typeflag)
    }
}

extension Finding {
    static func file(_ reason: String, _ message: String) -> Finding {
        Finding(.format, reason, at: .file, message)
    }

    /// - Parameter position: counts entries from 1.
    static func header(_ path: String, position: Int, _ difference: HeaderDifference, at step: Step = .file)
        -> Finding
    {
        Finding(
            .format, "tar.header", at: step,
            "\(path): header of entry \(position): \(difference); "
                + "if nobody tampered with it, the archive was re-packed: carry the file as export wrote it")
    }
}
