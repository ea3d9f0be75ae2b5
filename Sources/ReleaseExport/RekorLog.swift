import OCI
package import Registry
import StrictJSON

/// A transparency log with the interface of Rekor v1, asked for what it knows of a digest.
///
/// Its search by digest is marked experimental, may know less than the log holds, and Rekor v2 has none. Nothing that it says
/// is believed: an entry counts once it has been verified like any that came along.
///
/// sigstore/rekor, openapi.yaml, "/api/v1/index/retrieve" and "/api/v1/log/entries/{entryUUID}".
package struct RekorLog: Sendable {
    private let files: WebFiles

    /// More entries of one digest are not looked at.
    private static let entryLimit = 100
    private static let answerLimit = 1 << 20

    package init(_ files: WebFiles) {
        self.files = files
    }

    /// The entries about content of the digest.
    func entries(of digest: Digest) async throws -> [RekorEntry] {
        let question: JSONValue = ["hash": .string(digest.description)]
        let answer = try await files.ask(
            "api/v1/index/retrieve", sending: try question.canonical(), upTo: Self.answerLimit)
        guard let answer else { return [] }
        let limits = JSONLimits(bytes: Self.answerLimit)
        let index = try StrictJSON.parse(answer, name: "the log's index", limits: limits)
        let names = try JSONNode(index, document: "the log's index", pointer: "").array()
            .map { try $0.string() }
        var found: [RekorEntry] = []
        for name in names.prefix(Self.entryLimit) {
            // It becomes part of an address: 32 bytes of a leaf's hash, behind the 8 of its tree.
            guard [64, 80].contains(name.utf8.count), name.utf8.allSatisfy(Self.isHex) else {
                throw RekorEntry.unreadable("the log's index names an entry \"\(name)\"")
            }
            if let entry = try await entry(name) { found.append(entry) }
        }
        return found
    }

    private func entry(_ name: String) async throws -> RekorEntry? {
        try await files.ask("api/v1/log/entries/\(name)", upTo: Self.answerLimit)
            .map { try RekorEntry(json: $0, name: "log entry \(name)") }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
