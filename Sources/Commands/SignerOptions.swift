package import ArgumentParser
import BundleFormat
import Trust

/// Whose signature on the bundle is believed.
package struct SignerOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "Public key (PEM) of someone who may sign bundles; may be given several times.", valueName: "pub")
    )
    package var keys: [String] = []

    @Option(
        help: ArgumentHelp("How many of the keys must have signed. Default: all of them.", valueName: "n"))
    package var threshold: Int?

    package init() {}

    /// Whether nobody was named: a bundle can then only be looked at.
    package func isEmpty(beside document: TrustDocument?) -> Bool {
        keys.isEmpty && document?.file.bundleSigners == nil
    }

    /// - Parameter document: the trust file, where one was given.
    package func trusted(beside document: TrustDocument?) throws -> TrustedSigners {
        try Self.trusted(
            keys: keys, threshold: threshold, option: "--key", whose: "the exporter's", beside: document)
    }

    /// - Parameters:
    ///   - option: what names the keys.
    ///   - whose: whose keys they are, in words.
    ///   - document: the trust file, where one was given.
    /// - Throws: `trust.none` where nobody was named: there is no way to go on without.
    package static func trusted(
        keys: [String], threshold: Int? = nil, option: String, whose: String, beside document: TrustDocument?
    ) throws -> TrustedSigners {
        let listing = document.flatMap { $0.file.bundleSigners == nil ? nil : $0 }
        guard let listing else {
            guard !keys.isEmpty else {
                let name = document.map { "\($0.file.name) has no bundle-signers" } ?? "no key given"
                throw Finding(
                    .usage, "trust.none", at: .signature,
                    "\(name): whose signature is believed is the reader's decision; give \(option) FILE with "
                        + "\(whose) public key, or --trust FILE with bundle-signers")
            }
            return try TrustedSigners(keys: keys, threshold: threshold)
        }
        guard keys.isEmpty, threshold == nil else {
            throw Finding(
                .usage, "trust.both", at: .signature,
                "\(listing.file.name) says who may sign bundles, and \(option)\(threshold == nil ? "" : " or --threshold") "
                    + "says so too: give one of them")
        }
        return try TrustedSigners(listing)
    }
}
