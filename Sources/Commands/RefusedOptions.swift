package import ArgumentParser
import BundleFormat

/// Options of cosign that are not here, so that whoever types them from habit reads why.
package struct RefusedOptions: ParsableArguments {
    @Option(help: .hidden) package var rekorUrl: String?
    @Option(help: .hidden) package var caRoots: String?
    @Option(help: .hidden) package var caIntermediates: String?
    @Option(help: .hidden) package var certificateChain: String?
    @Option(help: .hidden) package var timestampCertificateChain: String?
    @Option(help: .hidden) package var sct: String?
    @Option(help: .hidden) package var slot: String?
    @Flag(help: .hidden) package var sk = false
    @Flag(help: .hidden) package var offline = false
    @Flag(help: .hidden) package var newBundleFormat = false
    @Flag(help: .hidden) package var privateInfrastructure = false

    package init() {}

    package func validate() throws {
        let anchors =
            "anchors and their times come together, as a Sigstore trusted root: give --trusted-root FILE"
        let reasons: [(String, Bool, String)] = [
            ("--rekor-url", rekorUrl != nil, "verifying never uses the network; export has --rekor-lookup"),
            ("--ca-roots", caRoots != nil, anchors),
            ("--ca-intermediates", caIntermediates != nil, anchors),
            ("--certificate-chain", certificateChain != nil, anchors),
            ("--timestamp-certificate-chain", timestampCertificateChain != nil, anchors),
            ("--sct", sct != nil, "only timestamps inside of the certificate are checked, not detached ones"),
            ("--sk", sk, "keys in hardware are not read; give the public key's file with --key"),
            ("--slot", slot != nil, "keys in hardware are not read; give the public key's file with --key"),
            ("--offline", offline, "verifying never uses the network, so there is nothing to turn off"),
            (
                "--new-bundle-format", newBundleFormat,
                "the content tells which format a file has, so there is nothing to choose"
            ),
            (
                "--private-infrastructure", privateInfrastructure,
                "say what is not asked for by name: --insecure-ignore-tlog"
            ),
        ]
        for (option, isGiven, reason) in reasons where isGiven {
            throw ValidationError("\(option) is refused: \(reason)")
        }
    }

    /// Refuses names that cosign would look up elsewhere: a key in a cloud, in a cluster, on the web.
    static func requireFile(_ option: String, _ name: String) throws(Finding) {
        let isReference = name.contains("://") || name.utf8.starts(with: "pkcs11:".utf8)
        guard isReference else { return }
        throw Finding(
            .usage, "key.reference", at: .signature,
            "\(option) \(name): is a reference and no file: keys in clouds, clusters and tokens, and those on the web or in "
                + "the environment, are not fetched; give a file")
    }
}
