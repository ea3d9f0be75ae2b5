package import LibCrypto

/// An authority for certificates or for timestamps: its chain, the trust anchor last, and when it is to be believed.
package struct TrustedAuthority: Hashable, Sendable {
    package let name: String
    package let chain: [Certificate]
    package let window: ValidityWindow
    package let op: String?

    init(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["subject", "uri", "certChain", "validFor", "operator"])
        let uri = try node.optional("uri").map { node throws(EvidenceFault) in try node.string() }
        op = try node.optional("operator").map { node throws(EvidenceFault) in try node.string() }
        let list = try node.member("certChain")
        try list.allow(["certificates"])
        var chain: [Certificate] = []
        for node in try list.list("certificates", limit: 16) {
            try node.allow(["rawBytes"])
            let der = try node.member("rawBytes").bytes()
            do throws(CertificateError) {
                chain.append(try Certificate(der: der))
            } catch {
                throw EvidenceFault(.root, "a certificate of \(quoted(uri ?? "an authority")): \(error)")
            }
        }
        guard let anchor = chain.last else { throw list.shape("at least one certificate", found: "none") }
        self.chain = chain
        name = uri ?? anchor.subjectText
        window = try ValidityWindow(node.member("validFor"))
    }

    /// What thresholds count: the operator where it is told, the anchor otherwise.
    var counted: [UInt8] {
        op.map { [UInt8]($0.utf8) } ?? chain.last?.der ?? []
    }
}
