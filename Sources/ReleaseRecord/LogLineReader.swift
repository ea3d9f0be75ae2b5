import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Trust

/// Members of one line of the log.
struct LogLineReader {
    private let root: JSONNode

    init(_ bytes: [UInt8]) throws(LogLineError) {
        root = try Self.shaped { () throws(JSONError) in
            try StrictJSON.parseObject(
                bytes, name: "entry", limits: JSONLimits(bytes: RecordLog.maximumLineSize))
        }
    }

    private static func shaped<T>(_ body: () throws(JSONError) -> T) throws(LogLineError) -> T {
        do {
            return try body()
        } catch {
            throw .json(error)
        }
    }

    func canonical() throws(JSONError) -> [UInt8] { try JSONValue.object(try root.object()).canonical() }

    func text(_ name: String) throws(LogLineError) -> String {
        try Self.shaped { () throws(JSONError) in try root.member(name).string() }
    }

    func value<T>(_ name: String, _ read: (String) -> T?) throws(LogLineError) -> T {
        let text = try text(name)
        guard let value = read(text) else { throw .member(name, found: text) }
        return value
    }

    /// `nil` if the line has no such member.
    func optional<T>(_ name: String, _ read: (String) -> T?) throws(LogLineError) -> T? {
        let node = try Self.shaped { () throws(JSONError) in try root.optional(name) }
        return node == nil ? nil : try value(name, read)
    }

    func number(_ name: String, atLeast minimum: Int64) throws(LogLineError) -> Int64 {
        let found = try Self.shaped { () throws(JSONError) in try root.member(name).integer() }
        guard found >= minimum else { throw .member(name, found: "\(found)") }
        return found
    }

    func signers() throws(LogLineError) -> [BundleSigner] {
        let texts = try Self.shaped { () throws(JSONError) in
            try root.member("signers").array().map { node throws(JSONError) in try node.string() }
        }
        guard !texts.isEmpty else { throw .member("signers", found: "") }
        return try texts.map { text throws(LogLineError) in
            guard let signer = BundleSigner(text) else { throw .member("signers", found: text) }
            return signer
        }
    }

    func overrides() throws(LogLineError) -> [RecordContents.Override] {
        try Self.shaped { () throws(JSONError) in
            try root.member("overrides").array().map { node throws(JSONError) in
                RecordContents.Override(
                    option: try node.member("option").string(), reason: try node.optional("reason")?.string())
            }
        }
    }
}
