import OCI

/// What to type after a statement was written, for whoever signs and then for this side.
struct NextCommands {
    let statement: String
    /// The command line of this run.
    let arguments: [String]
    /// Whether a trust file says whose signatures count, so that no keys have to be named.
    let hasSigners: Bool

    var lines: [String] {
        let file = shellWord(statement)
        return [
            "next, each signer, one of:",
            "  cgbundle sign \(file) --key NAME.key --bundle NAME.sigstore.json",
            "  cosign sign-blob --bundle NAME.sigstore.json \(file)",
            "then here:",
            "  \(command) --statement \(file) --signature NAME.sigstore.json"
                + (hasSigners ? "" : " --signer-key NAME.pub") + " --output FILE",
        ]
    }

    /// This run's own command without what is said anew.
    private var command: String {
        var words: [String] = []
        var isValue = false
        for word in arguments {
            if isValue {
                isValue = false
            } else if word == Self.option {
                isValue = true
            } else if !word.hasPrefix(Self.option + "="), word != "--force" {
                words.append(shellWord(word))
            }
        }
        return words.joined(separator: " ")
    }

    private static let option = "--statement-only"
}
