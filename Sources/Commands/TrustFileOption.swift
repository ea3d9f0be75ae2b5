package import ArgumentParser

/// Where a reader's decisions stand whom to trust.
package struct TrustFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who may sign bundles, and what must prove the vendor's part (bundle-spec/trust.md).",
            valueName: "file"))
    package var trust: String?

    package init() {}

    package func document() throws -> TrustDocument? { try trust.map(TrustDocument.init) }
}
