/// Why a piece of a vendor's evidence proves nothing.
///
/// A fault is an answer about the evidence, not about this program, so it is shown beside the object that the
/// evidence was for.
package struct EvidenceFault: Error, Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// What there is does not hold: it was made or changed by somebody else, or it is broken.
        case invalid
        /// What there is may be honest, but something that proves it is not there.
        case unverifiableOffline
    }

    package let state: State
    package let reason: EvidenceReason
    /// One lowercase clause that names the thing, what was expected and what was found, in printable ASCII.
    package let text: String

    package init(_ reason: EvidenceReason, _ text: String, state: State = .invalid) {
        self.state = state
        self.reason = reason
        self.text = String(
            decoding: text.utf8.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// The same fault where the document that holds it decides the word.
    func with(_ reason: EvidenceReason) -> EvidenceFault {
        EvidenceFault(reason, text, state: state)
    }
}

extension EvidenceFault: CustomStringConvertible {
    package var description: String { text }
}

/// The stable words for what is wrong with a vendor's evidence.
package enum EvidenceReason: String, CaseIterable, Hashable, Sendable {
    case json = "vendor.json"
    case format = "vendor.format"
    case base64 = "vendor.base64"
    case digest = "vendor.digest"
    case signature = "vendor.signature"
    case key = "vendor.key"
    case certificate = "vendor.certificate"
    case chain = "vendor.chain"
    case time = "vendor.time"
    case notime = "vendor.notime"
    case sct = "vendor.sct"
    case set = "vendor.set"
    case inclusion = "vendor.inclusion"
    case checkpoint = "vendor.checkpoint"
    case entry = "vendor.entry"
    case log = "vendor.log"
    case timestamp = "vendor.timestamp"
    case identity = "vendor.identity"
    case issuer = "vendor.issuer"
    case claims = "vendor.claims"
    case predicate = "vendor.predicate"
    case root = "vendor.root"
}
