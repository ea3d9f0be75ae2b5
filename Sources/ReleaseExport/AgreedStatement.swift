package import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
package import Trust

/// A statement that an earlier run planned and that others have signed since.
///
/// A bundle gets its bytes as they are, so a plan has to come to exactly these.
package struct AgreedStatement: Sendable {
    package let bytes: [UInt8]
    /// What messages call it.
    package let name: String
    private let statement: Statement

    package init(_ bytes: [UInt8], name: String) throws(Finding) {
        self.bytes = bytes
        self.name = name
        statement = try ClaimedStatement(bytes, name: name).statement
    }

    /// The one thing that a second plan takes over; everything else has to come out the same.
    package var createdAt: Timestamp { statement.createdAt }

    /// Refuses a plan with another statement, and says in what it differs.
    package func require(_ plan: ExportPlan) throws {
        guard try plan.statement.json != bytes else { return }
        var differences = members(plan.statement)
        // Another revision or version has another release artifact, which explains nothing further.
        if differences.isEmpty { differences = contents(plan) }
        if differences.isEmpty { differences = ["entries: the order or the form is another"] }
        throw Refusal(differences.map(refused)) ?? Refusal(refused("is another"))
    }

    private func refused(_ difference: String) -> Finding {
        Finding(
            .content, "statement.differs", at: .policy,
            "\(name): is not the statement of this export: \(difference)")
    }

    private func members(_ planned: Statement) -> [String] {
        let texts: [(String, (Statement) -> String)] = [
            ("product", \.product.text), ("version", \.version.text), ("revision", { "\($0.revision)" }),
            ("channel", \.channel.text), ("expires", { $0.expires?.description ?? "never" }),
            ("tool", { "\($0.tool.name) \($0.tool.version)" }),
        ]
        return texts.compactMap { member, text in
            let (agreed, planned) = (text(statement), text(planned))
            return agreed.utf8.elementsEqual(planned.utf8)
                ? nil : "\(member): it says \(agreed), this export \(planned)"
        }
    }

    private func contents(_ plan: ExportPlan) -> [String] {
        let (agreed, planned) = (Set(statement.blobs.map(\.digest)), Set(plan.statement.blobs.map(\.digest)))
        // The release artifact lists the release files: it follows from them, and says nothing that they do not.
        let release = plan.graph.index.entries.first { $0.kind == .release }?.digest
        let added = plan.statement.blobs.map(\.digest).filter { !agreed.contains($0) && $0 != release }
        let gone = statement.blobs.map(\.digest).filter { !planned.contains($0) }
        if added.isEmpty, gone.isEmpty, plan.statement.index != statement.index {
            return ["index.json: it names the same content in another way: \(statement.index.digest)"]
        }
        var texts = added.prefix(Self.shown).map { "this export has \(plan.name(of: $0)), \($0)" }
        if added.count > Self.shown { texts.append("this export has \(added.count - Self.shown) more") }
        if !gone.isEmpty {
            let few = gone.prefix(Self.shown).map(\.description).joined(separator: ", ")
            let rest = gone.count > Self.shown ? " and \(gone.count - Self.shown) more" : ""
            texts.append("this export has not got \(few)\(rest)")
        }
        return texts
    }

    private static let shown = 5
}

extension ExportPlan {
    /// What people call a piece of content: the release file that it is, or what it is a part of.
    fileprivate func name(of digest: Digest) -> String {
        if let file = artifact.files.first(where: { $0.digest == digest }) { return file.name.text }
        let users = graph.users(of: digest)
        guard let user = users.first else { return "a part of nothing" }
        return "a part of " + user + (users.count > 1 ? " and \(users.count - 1) others" : "")
    }
}
