import Archive
import OCI
import ReleaseSet
import StrictJSON
package import Trust

extension Statement {
    /// Reads a statement whose signatures have been verified; there is no way to read another one.
    ///
    /// Refuses what does not keep bundle-spec/bundle-v1.md, section 4, at the first fault: after it, nothing that the
    /// document says can be relied on.
    package init(_ verified: VerifiedBytes) throws(Finding) {
        try self.init(bytes: verified.bytes, name: BundleLayout.statementPath)
    }

    fileprivate init(bytes: [UInt8], name: String) throws(Finding) {
        let root: JSONNode
        do {
            root = try StrictJSON.parseObject(
                bytes, name: name, limits: JSONLimits(bytes: Self.maximumSize, values: 2_000_000))
        } catch {
            throw .statement(error.reason, error.description)
        }
        try self.init(StatementReader(root: root))
        guard let written = try? root.value.canonical(), written == bytes else {
            throw .statement("statement.canonical", "\(name): is not canonical JSON")
        }
    }

    private init(_ reader: StatementReader) throws(Finding) {
        try reader.checkType()
        try reader.checkMembers()
        version = try reader.version()
        product = try reader.name("product")
        channel = try reader.name("channel")
        revision = try reader.integer("revision", atLeast: 1)
        guard let created = try reader.time("createdAt") else { throw reader.missing("createdAt") }
        createdAt = created
        expires = try reader.time("expires")
        index = try reader.content("index")
        release = try reader.content("release")
        entries = try reader.entries()
        restSize = try reader.integer("restSize", atLeast: 0)
        tool = try reader.tool()
        try reader.checkCounts(of: self)
    }
}

/// What a bundle says of itself, whoever wrote it: to be shown with a warning, and accepted by nothing.
package struct ClaimedStatement: Sendable {
    package let statement: Statement

    package init(of reader: BundleReader) throws(Finding) {
        try self.init(reader.front.statement, name: BundleLayout.statementPath)
    }

    /// Reads a statement that lies by itself, as `export` writes it for others to sign.
    package init(_ bytes: [UInt8], name: String) throws(Finding) {
        statement = try Statement(bytes: bytes, name: name)
    }
}

/// Typed access to the members of a statement, each fault with the reason word that bundle-spec gives it.
private struct StatementReader {
    let root: JSONNode

    static let members: Set<String> = [
        "_type", "channel", "counts", "createdAt", "entries", "expires", "formatVersion", "index", "product",
        "release", "restSize", "revision", "tool", "version",
    ]

    func checkType() throws(Finding) {
        let found = try? root.optional("_type")?.string()
        guard let found, found == Statement.type else {
            throw Finding(
                .trust, "sig.type", at: .signature,
                "\(root.document): is no statement of a bundle, whoever signed it: expected _type \(Statement.type), found "
                    + (found.map { "\"\($0)\"" } ?? "none"))
        }
        let version = try integer("formatVersion", atLeast: 0)
        guard version == Statement.formatVersion else {
            throw .statement(
                "statement.newer",
                "\(root.document): formatVersion is \(version), this program reads \(Statement.formatVersion); "
                    + "update the tool")
        }
    }

    func checkMembers() throws(Finding) {
        for member in try names(of: root) where !Self.members.contains(member) && !member.hasPrefix("x-") {
            throw .statement("statement.unknown", "\(root.document): has the unknown member \"\(member)\"")
        }
        for (name, allowed) in Self.nestedMembers {
            guard let node = try shaped({ () throws(JSONError) in try root.optional(name) }) else { continue }
            try check(node, has: allowed)
        }
    }

    private static let nestedMembers: [(String, Set<String>)] = [
        ("counts", ["blobBytes", "blobs", "entries"]), ("index", ["digest", "size"]),
        ("release", ["digest", "size"]), ("tool", ["name", "version"]),
    ]

    private func check(_ node: JSONNode, has allowed: Set<String>) throws(Finding) {
        for member in try names(of: node) where !allowed.contains(member) {
            throw .statement(
                "statement.unknown", "\(root.document): \(node.pointer): has the unknown member \"\(member)\""
            )
        }
    }

    private func names(of node: JSONNode) throws(Finding) -> [String] {
        try shaped { () throws(JSONError) in try node.object().members.map(\.name) }
    }

    func version() throws(Finding) -> ReleaseVersion {
        let text = try shaped { () throws(JSONError) in try root.member("version").string() }
        do {
            return try ReleaseVersion(text)
        } catch {
            throw .statement("statement.version", "\(root.document): /version: \(error)")
        }
    }

    func name(_ member: String) throws(Finding) -> FileName {
        let text = try shaped { () throws(JSONError) in try root.member(member).string() }
        do {
            return try FileName(text)
        } catch {
            throw .statement("name.path", "\(root.document): /\(member): \(error)")
        }
    }

    func integer(_ member: String, atLeast minimum: Int64) throws(Finding) -> Int64 {
        let found: Int64
        do {
            found = try root.member(member).integer()
        } catch {
            let isNumber = error.reason == "json.number"
            throw .statement(isNumber ? "statement.number" : "statement.shape", error.description)
        }
        guard found >= minimum else {
            throw .statement(
                "statement.number", "\(root.document): /\(member): is \(found), at least \(minimum)")
        }
        return found
    }

    func time(_ member: String) throws(Finding) -> Timestamp? {
        let text = try shaped { () throws(JSONError) in try root.optional(member)?.string() }
        guard let text else { return nil }
        guard let time = Timestamp(text) else {
            throw .statement(
                "statement.time",
                "\(root.document): /\(member): \"\(text)\" is not a time YYYY-MM-DDTHH:MM:SSZ")
        }
        return time
    }

    func content(_ member: String) throws(Finding) -> Statement.Content {
        let node = try shaped { () throws(JSONError) in try root.member(member) }
        return Statement.Content(digest: try digest(node), size: try size(node))
    }

    func tool() throws(Finding) -> Statement.Tool {
        try shaped { () throws(JSONError) in
            let node = try root.member("tool")
            return Statement.Tool(
                name: try node.member("name").string(), version: try node.member("version").string())
        }
    }

    func entries() throws(Finding) -> [BundleEntry] {
        let nodes = try shaped { () throws(JSONError) in try root.member("entries").array() }
        var entries: [BundleEntry] = []
        var seen: Set<String> = []
        var total: Int64 = 0
        for node in nodes {
            let text = try shaped { () throws(JSONError) in try node.member("path").string() }
            try check(node, has: ["digest", "path", "size"])
            let digest = try digest(node)
            let expected =
                entries.isEmpty ? BundleEntry.indexPath : BundleEntry.blobPrefix + digest.hex
            let isDuplicate = !seen.insert(text.lowercased()).inserted
            guard !isDuplicate else {
                throw .statement(
                    "statement.duplicate", "\(root.document): \(node.pointer): path \"\(text)\" stands twice")
            }
            guard text == expected, let path = try? EntryPath(text) else {
                throw .statement(
                    "statement.path",
                    "\(root.document): \(node.pointer): path \"\(text)\", expected \(expected)")
            }
            let size = try size(node)
            guard size <= BundleEntry.maximumSize else {
                throw .statement(
                    "statement.number",
                    "\(root.document): \(node.pointer)/size: is beyond \(BundleEntry.maximumSize)")
            }
            total += size
            // Each size is below 2^53, and so must their sum be: beyond it no file is, and integers would overflow.
            guard total < 1 << 53 else {
                throw .statement(
                    "statement.number", "\(root.document): \(node.pointer): sizes add up beyond 2^53")
            }
            entries.append(BundleEntry(path: path, size: size, digest: digest))
        }
        guard let first = entries.first, first.isIndex else { throw missing("entries") }
        return entries
    }

    func checkCounts(of statement: Statement) throws(Finding) {
        let counts = try shaped { () throws(JSONError) in
            let node = try root.member("counts")
            return (
                try node.member("entries").integer(), try node.member("blobs").integer(),
                try node.member("blobBytes").integer()
            )
        }
        let expected = (Int64(statement.entries.count), Int64(statement.blobs.count), statement.blobBytes)
        guard counts == expected else {
            throw .statement(
                "statement.counts", "\(root.document): /counts: says \(counts), entries give \(expected)")
        }
        let first = statement.entries[0]
        guard statement.index == Statement.Content(digest: first.digest, size: first.size) else {
            throw .statement(
                "statement.index", "\(root.document): /index: is not the index.json of /entries/0")
        }
        let rest = BundleLayout.restSize(of: statement.entries)
        guard statement.restSize == rest else {
            throw .statement(
                "statement.size",
                "\(root.document): /restSize: says \(statement.restSize), entries give \(rest)")
        }
    }

    func missing(_ member: String) -> Finding {
        .statement("statement.shape", "\(root.document): /\(member): is missing or empty")
    }

    private func digest(_ node: JSONNode) throws(Finding) -> Digest {
        let text = try shaped { () throws(JSONError) in try node.member("digest").string() }
        do {
            return try Digest(text)
        } catch {
            throw .statement(error.reason, "\(root.document): \(node.pointer)/digest: \(error)")
        }
    }

    private func size(_ node: JSONNode) throws(Finding) -> Int64 {
        do {
            return try node.member("size").integer()
        } catch {
            let isNumber = error.reason == "json.number"
            throw .statement(isNumber ? "statement.number" : "statement.shape", error.description)
        }
    }

    private func shaped<T>(_ read: () throws(JSONError) -> T) throws(Finding) -> T {
        do {
            return try read()
        } catch {
            throw .statement("statement.shape", error.description)
        }
    }
}

extension Finding {
    static func statement(_ reason: String, _ message: String) -> Finding {
        Finding(.format, reason, at: .policy, message)
    }
}
