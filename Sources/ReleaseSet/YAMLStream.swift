/// A stream of YAML documents, such as the output of `helm template`.
///
/// Each document is read by the rules of `YAMLDocument`. It refuses more than 32 MiB or 10 000 documents, and a line
/// that begins with `---` and other text right after it: libyaml reads a scalar there, helm and kubectl the start of a
/// document.
package enum YAMLStream {
    package static let sizeLimit = 32 << 20
    package static let documentLimit = 10_000

    /// Calls `body` with each document in turn; only one is held in memory.
    package static func forEachDocument(in bytes: [UInt8], _ body: (YAMLDocument) throws -> Void) throws {
        guard bytes.count <= sizeLimit else {
            throw YAMLError.tooLarge(found: bytes.count, limit: sizeLimit)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw YAMLError.notUTF8 }
        try requirePlainMarkers(in: bytes)
        try bytes.withUnsafeBufferPointer { buffer in
            let parser = try YAMLParser(reading: buffer)
            var count = 0
            while true {
                let event = try parser.next()
                switch event.kind {
                case .streamStart, .documentEnd:
                    continue
                case .streamEnd:
                    return
                case .documentStart:
                    count += 1
                    guard count <= documentLimit else {
                        throw YAMLError.tooManyDocuments(limit: documentLimit)
                    }
                    var composer = YAMLComposer(bytes: bytes, tags: .coreSchema)
                    let root = try composer.documentRoot(from: parser)
                    try body(YAMLDocument(composer, root: root, in: bytes))
                case .alias, .collectionEnd, .scalar, .sequenceStart, .mappingStart:
                    throw YAMLError.syntax(problem: "a node outside of the document", line: event.line)
                }
            }
        }
    }

    private static func requirePlainMarkers(in bytes: [UInt8]) throws(YAMLError) {
        var line = 1
        var start = 0
        while start < bytes.count {
            if bytes[start...].starts(with: "---".utf8), start + 3 < bytes.count,
                !" \t\r\n".utf8.contains(bytes[start + 3])
            {
                throw .syntax(problem: "\"---\" at the start of a line is followed by other text", line: line)
            }
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return }
            start = end + 1
            line += 1
        }
    }
}
