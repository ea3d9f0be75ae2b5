/// The authorities and logs that one instance of Sigstore consists of, as its operator publishes them.
///
/// It comes from whoever verifies, never from what is verified. Each instance is used alone: a certificate of one and
/// a log entry of another prove nothing together.
///
/// sigstore/protobuf-specs, protos/sigstore_trustroot.proto, "TrustedRoot".
package struct TrustedRoot: Hashable, Sendable {
    package let name: String
    package let certificateAuthorities: [TrustedAuthority]
    package let timestampAuthorities: [TrustedAuthority]
    package let logs: [TrustedLog]
    package let ctLogs: [TrustedLog]
    /// Logs whose keys are of an algorithm that is not supported, by address.
    package let skippedLogs: [String]

    static let byteLimit = 4 << 20
    private static let mediaTypes = [
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    ]

    /// Reads a file with one instance, or with several, each on a line of its own.
    package static func read(_ bytes: [UInt8], name: String) throws(EvidenceFault) -> [TrustedRoot] {
        guard bytes.count <= byteLimit else {
            throw EvidenceFault(.root, "\(name): expected at most \(byteLimit) bytes, found \(bytes.count)")
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).filter {
            !$0.allSatisfy { $0 == 0x20 || $0 == 0x0d }
        }
        // A line that ends as an object ends, before another that begins as one, is no part of a document.
        let isLines = lines.count > 1 && lines.allSatisfy { $0.first == UInt8(ascii: "{") && $0.count > 2 }
        guard isLines else { return [try TrustedRoot(json: bytes, name: name)] }
        guard lines.count <= 32 else {
            throw EvidenceFault(.root, "\(name): expected at most 32 instances, found \(lines.count)")
        }
        var roots: [TrustedRoot] = []
        for (place, line) in lines.enumerated() {
            roots.append(try TrustedRoot(json: Array(line), name: "\(name), line \(place + 1)"))
        }
        return roots
    }

    /// When its newest key or authority begins, which tells how old the file at least is not.
    package var newestStart: Timestamp? {
        ((certificateAuthorities + timestampAuthorities).map(\.window) + (logs + ctLogs).map(\.window))
            .map(\.start).max()
    }

    init(json: [UInt8], name: String) throws(EvidenceFault) {
        self.name = name
        do throws(EvidenceFault) {
            let node = try EvidenceNode(json: json, name: name)
            try node.allow(["mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"])
            let type = try node.member("mediaType").string()
            guard Self.mediaTypes.contains(where: { $0.hasBytes(of: type) }) else {
                throw EvidenceFault(.root, "\(name): expected a trusted root, found \(quoted(type))")
            }
            certificateAuthorities = try Self.authorities(node, "certificateAuthorities")
            timestampAuthorities = try Self.authorities(node, "timestampAuthorities")
            var skipped: [String] = []
            logs = try Self.logs(node, "tlogs", skipped: &skipped)
            ctLogs = try Self.logs(node, "ctlogs", skipped: &skipped)
            skippedLogs = skipped
        } catch {
            throw error.with(.root)
        }
    }

    private static func authorities(_ node: EvidenceNode, _ name: String) throws(EvidenceFault)
        -> [TrustedAuthority]
    {
        var authorities: [TrustedAuthority] = []
        for node in try node.list(name, limit: 64) { authorities.append(try TrustedAuthority(node)) }
        return authorities
    }

    private static func logs(
        _ node: EvidenceNode, _ name: String, skipped: inout [String]
    ) throws(EvidenceFault) -> [TrustedLog] {
        var logs: [TrustedLog] = []
        for node in try node.list(name, limit: 64) {
            if let log = try TrustedLog(node) {
                logs.append(log)
            } else {
                skipped.append(try node.optional("baseUrl")?.string() ?? "a log without an address")
            }
        }
        return logs
    }
}
