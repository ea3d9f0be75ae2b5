import BundleFormat
import OCI
import ReleaseSet
import SystemPackage
import Trust

/// Checks of a record before an import, on the root of the record.
extension RecordFolder {
    /// Refuses a release's folder that has other content than the log and `deployment-record.json` give it.
    ///
    /// - Returns: State of the folder; `nil` if there is none.
    @discardableResult
    borrowing func requireIntact(_ id: ReleaseID, _ log: RecordLog) throws -> FolderInspection? {
        let accepted = log.accepted(id)
        let path = path.appending(id.product.text).appending(id.channel.text).appending(id.folderName)
        guard let product = try folder(id.product.text), let channel = try product.folder(id.channel.text),
            let release = try channel.folder(id.folderName)
        else {
            guard accepted.last?.recordDigest != nil else { return nil }
            throw Refusal(
                .record(
                    .missing,
                    "\(path): the folder is missing, and the log has it as accepted; restore it, or "
                        + "write it with `cgbundle record rebuild \(id.version)`"))
        }
        let state = try FolderInspection(of: release, logged: accepted.last?.recordDigest)
        if state.isOfEarlierLayout(accepted) { return state }
        if let refusal = Refusal(state.findings(at: path.string, version: id.version.text)) { throw refusal }
        return state
    }

    func requireTarget(_ target: RecordTarget, _ log: RecordLog, ignoring revoked: Set<KeyID>) throws(Finding)
    {
        guard let logged = log.target(ignoring: revoked), !target.matches(logged) else { return }
        throw Finding(
            .policy, "record.target", at: .policy,
            "\(path): serves the target \(logged), this import goes to \(target.name); one record serves one "
                + "target: give another folder with --record")
    }
}

extension FolderInspection {
    /// Number of findings that one refusal lists.
    private static let maximumFindings = 50

    /// Returns true for a folder of a version of the program that kept no digest of its document in the log.
    func isOfEarlierLayout(_ accepted: [AcceptedRelease]) -> Bool {
        guard accepted.allSatisfy({ $0.recordDigest == nil }) else { return false }
        return document?.isFlat ?? !accepted.isEmpty
    }

    func findings(at path: String, version: String) -> [Finding] {
        let findings = items.prefix(Self.maximumFindings).map { item in
            let advice =
                item.problem == .foreign
                ? "move it away, or attach it with `cgbundle record attach \(version) FILE`"
                : "restore it, or write the folder again with `cgbundle record rebuild \(version)`"
            return Finding.record(item.problem, "\(path)/\(item.path): \(item.detail); \(advice)")
        }
        guard let last = findings.last, items.count > findings.count else { return findings }
        return findings.dropLast() + [
            last.saying("\(last.message); \(items.count - findings.count) more items differ")
        ]
    }
}

extension Finding {
    static func record(_ problem: FolderInspection.Problem, _ message: String) -> Finding {
        Finding(.policy, "record.\(problem.rawValue)", at: .policy, message)
    }
}
