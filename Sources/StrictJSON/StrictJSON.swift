/// Reads JSON documents that may come from an attacker.
///
/// Everything on which two JSON readers could differ is refused: invalid UTF-8, byte order marks, lone
/// surrogates, U+0000, duplicate names (also when an escape hides them), comments, trailing commas and
/// whatever follows the value. RFC 8259 and, for the first six, RFC 7493 (I-JSON).
package enum StrictJSON {
    /// Reads one value.
    ///
    /// - Parameter name: what errors call the document.
    package static func parse(
        _ bytes: [UInt8], name: String, limits: JSONLimits, eliding elision: Elision? = nil
    ) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytes else {
            throw .size(document: name, limit: limits.bytes, found: bytes.count)
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            var parser = Parser(buffer, name: name, limits: limits, elision: elision)
            return try parser.document()
        }
    }

    /// Reads one object and returns it as the root of a tree that knows its places.
    package static func parseObject(
        _ bytes: [UInt8], name: String, limits: JSONLimits, eliding elision: Elision? = nil
    ) throws(JSONError) -> JSONNode {
        let root = JSONNode(try parse(bytes, name: name, limits: limits, eliding: elision), document: name)
        guard case .object = root.value else { throw root.shape(expected: "an object") }
        return root
    }
}
