import OCI

/// Gives the bytes of release files, wherever they lie.
package protocol ReleaseFileSource {
    /// All bytes of a small file; the file is one of those that the parts list.
    func bytes(of name: FileName) throws -> [UInt8]

    /// All bytes of a file of any size, in order.
    func forEachChunk(of name: FileName, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

extension ReleaseParts {
    /// Reads what the files say. A file that cannot be read as what it is becomes a finding, so that all of them are told
    /// together; trouble of the source itself is thrown.
    ///
    /// - Parameter chartFiles: the files of the chart that are wanted, by their path below its folder.
    package mutating func read(from source: some ReleaseFileSource, chartFiles: [String: [UInt8]]) throws {
        try readLists(from: source)
        try readAttestations(from: source)
        let valuesName = manifest.chart?.releaseValues?.text ?? ReleaseValues.name
        try reading(valuesName, limit: YAMLDocument.sizeLimit, from: source) {
            (parts, bytes) throws(ReleaseSetError) in
            parts.values = try ReleaseValues(bytes)
        }
        let composeName = manifest.compose?.file?.text ?? ComposeFile.name
        try reading(composeName, limit: YAMLDocument.sizeLimit, from: source) {
            (parts, bytes) throws(ReleaseSetError) in
            parts.compose = try ComposeFile(bytes, document: composeName)
        }
        let environmentName = manifest.compose?.envExample?.text ?? EnvironmentFile.name
        try reading(environmentName, limit: EnvironmentFile.sizeLimit, from: source) {
            (parts, bytes) throws(ReleaseSetError) in
            parts.environment = try ComposeEnvironment(bytes, document: environmentName)
        }
        readChart(chartFiles)
        try readDocuments(from: source)
    }

    private mutating func readLists(from source: some ReleaseFileSource) throws {
        for name in files.keys.sorted() where Self.isChecksumList(name) {
            try reading(name.text, limit: ChecksumList.sizeLimit, from: source) {
                (parts, bytes) throws(ReleaseSetError) in
                parts.checksums.append(try ChecksumList(bytes, document: name.text))
            }
        }
    }

    private mutating func readAttestations(from source: some ReleaseFileSource) throws {
        for (name, file) in files
        where name.text.hasSuffix(BundleLines.ending) && file.size <= BundleLines.sizeLimit {
            if BundleLines(try source.bytes(of: name)) != nil { attestations.insert(name) }
        }
    }

    private mutating func readChart(_ files: [String: [UInt8]]) {
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let document = "\(version.chartArchive): \(path)"
            do throws(ReleaseSetError) {
                if path == "Chart.yaml" {
                    chart.archived = try ChartMetadata(yaml: bytes, document: document)
                } else if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
                    chart.values.append((document, try ReleaseValues(bytes, document: document)))
                }
            } catch {
                unreadable.append(SetFinding(error, file: document))
            }
        }
    }

    private mutating func readDocuments(from source: some ReleaseFileSource) throws {
        let wanted = digestsByImage.values.reduce(into: Set<Digest>()) { $0.formUnion($1) }
        let names = manifest.images.flatMap { [$0.sbom, $0.scan] } + [manifest.chart?.sbom]
        for case let name? in names {
            guard let file = files[name] else { continue }
            guard file.size <= DocumentFacts.sizeLimit else {
                unreadable.append(tooLarge(name, file, limit: DocumentFacts.sizeLimit, "sbom.size"))
                continue
            }
            var scan = DocumentScan(lookingFor: wanted)
            try source.forEachChunk(of: name) { scan.take($0) }
            documents[name] = scan.finish()
        }
    }

    private mutating func reading(
        _ name: String, limit: Int, from source: some ReleaseFileSource,
        _ body: (inout ReleaseParts, [UInt8]) throws(ReleaseSetError) -> Void,
    ) throws {
        guard let (name, file) = files.first(where: { $0.key.text == name }) else { return }
        guard file.size <= limit else {
            unreadable.append(tooLarge(name, file, limit: Int64(limit), "file.size"))
            return
        }
        let bytes = try source.bytes(of: name)
        do throws(ReleaseSetError) {
            try body(&self, bytes)
        } catch {
            unreadable.append(SetFinding(error, file: name.text))
        }
    }

    private func tooLarge(_ name: FileName, _ file: File, limit: Int64, _ reason: String) -> SetFinding {
        SetFinding(
            .contradiction, reason, kind: .format, file: name.text, expected: "at most \(limit) bytes",
            found: "\(file.size)")
    }
}

extension ReleaseValues {
    /// Other values than the release's, or a compose file: whatever names images under keys `image`.
    package init(_ bytes: [UInt8], document name: String) throws(ReleaseSetError) {
        do {
            document = try YAMLDocument(bytes)
        } catch {
            throw .yaml(document: name, error)
        }
        if let root = document.root, document.entries(of: root) == nil, !document.nodes[root].isNull {
            let problem = "is no mapping"
            throw .yaml(document: name, .syntax(problem: problem, line: document.nodes[root].line))
        }
    }
}
