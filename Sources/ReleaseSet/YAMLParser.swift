import CLibYAML

/// Sole owner of one libyaml parser.
///
/// The parser holds a pointer to itself as well as one to the input, so it lives at a fixed address and the
/// input buffer must outlive it.
struct YAMLParser: ~Copyable {
    private let raw: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeBufferPointer<UInt8>
    private let positions: YAMLPositions

    init(reading bytes: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        raw = .allocate(capacity: 1)
        guard yaml_parser_initialize(raw) == 1 else {
            raw.deallocate()
            throw .outOfMemory
        }
        positions = YAMLPositions(of: bytes)
        text = UnsafeBufferPointer(rebasing: bytes[positions.start...])
        // Said rather than guessed, so that no byte order mark turns the text into UTF-16.
        yaml_parser_set_encoding(raw, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(raw, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(raw)
        raw.deallocate()
    }

    /// The next event of the stream; the last is `streamEnd`.
    func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(raw, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let range = positions.range(from: event.start_mark, to: event.end_mark)
        let line = event.start_mark.line + 1
        func made(_ kind: YAMLEvent.Kind, anchor: String? = nil, tag: String? = nil) -> YAMLEvent {
            YAMLEvent(kind: kind, range: range, line: line, anchor: anchor, tag: tag)
        }
        switch event.type {
        case YAML_STREAM_START_EVENT:
            return made(.streamStart)
        case YAML_STREAM_END_EVENT:
            return made(.streamEnd)
        case YAML_DOCUMENT_START_EVENT:
            return made(.documentStart)
        case YAML_DOCUMENT_END_EVENT:
            return made(.documentEnd(isExplicit: event.data.document_end.implicit == 0))
        case YAML_ALIAS_EVENT:
            return made(.alias, anchor: Self.string(event.data.alias.anchor))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return made(
                .scalar(value, Self.style(scalar.style)),
                anchor: Self.string(scalar.anchor), tag: Self.string(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return made(
                .sequenceStart(isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE),
                anchor: Self.string(start.anchor), tag: Self.string(start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return made(
                .mappingStart(isFlow: start.style == YAML_FLOW_MAPPING_STYLE),
                anchor: Self.string(start.anchor), tag: Self.string(start.tag))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return made(.collectionEnd)
        default:
            // libyaml answers so when it is asked again after the end.
            throw .syntax(problem: "the parser has nothing more to tell", line: line)
        }
    }

    private func failure() -> YAMLError {
        guard raw.pointee.error != YAML_MEMORY_ERROR else { return .outOfMemory }
        let problem = raw.pointee.problem.map { String(cString: $0) } ?? "no reason given"
        if raw.pointee.error == YAML_READER_ERROR {
            let offset = min(raw.pointee.problem_offset, text.count)
            let line = text[..<offset].reduce(into: 1) { $0 += $1 == UInt8(ascii: "\n") ? 1 : 0 }
            return .syntax(problem: problem, line: line)
        }
        return .syntax(problem: problem, line: raw.pointee.problem_mark.line + 1)
    }

    private static func string(_ raw: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        raw.map { String(cString: $0) }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLNode.ScalarStyle {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }
}

/// One step of the parser, its strings copied out of libyaml's memory.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, alias, collectionEnd
        case documentEnd(isExplicit: Bool)
        case scalar(String, YAMLNode.ScalarStyle)
        case sequenceStart(isFlow: Bool)
        case mappingStart(isFlow: Bool)
    }

    let kind: Kind
    /// The bytes of the event, anchor and tag included.
    let range: Range<Int>
    let line: Int
    let anchor: String?
    let tag: String?
}
