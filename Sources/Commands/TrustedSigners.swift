package import Trust

/// Whose signature on a bundle is believed, what they are called, and the files that say so.
package struct TrustedSigners: Sendable {
    package let policy: SignerPolicy
    /// By key id, to say who signed.
    package let names: [KeyID: String]
    package let files: [TrustedFile]

    /// Those of a trust file.
    init(_ document: TrustDocument) throws {
        policy = try document.signerPolicy()
        names = Dictionary(try document.signerNames()) { first, _ in first }
        files = document.files
    }

    /// Those that options name, each by its file.
    init(keys: [String], threshold: Int?) throws {
        var inputs = TrustInputs()
        let read = try keys.map { try inputs.signerKey($0) }
        policy = try SignerPolicy(keys: read, threshold: threshold)
        names = Dictionary(zip(read.map { KeyID(of: $0) }, keys)) { first, _ in first }
        files = inputs.files
    }
}
