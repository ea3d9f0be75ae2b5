package import ArgumentParser
import StrictJSON
import Trust

/// What a signature of an image has to say besides the image's digest.
package struct ImageClaims: ParsableArguments {
    @Option(
        name: [.customShort("a"), .customLong("annotations")],
        help: ArgumentHelp(
            "What the signer has to have added; may be given several times.", valueName: "key=value"))
    package var annotations: [String] = []

    @Flag(help: "The signed name of the image has to be the one that was given, not only its digest.")
    package var checkDockerReference = false

    package init() {}

    package func validate() throws {
        guard annotations.allSatisfy({ $0.contains("=") && !$0.hasPrefix("=") }) else {
            throw ValidationError("--annotations takes KEY=VALUE")
        }
    }

    private var wanted: [(key: String, value: String)] {
        annotations.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
    }

    /// Refuses what is no signature of an image, and one that does not say what was asked for.
    func require(
        of verified: VerifiedSignature, about image: Artifact, repository: String
    ) throws(EvidenceFault) {
        if let statement = verified.statement {
            try statement.require(predicateType: [InTotoStatement.cosignSign])
        } else if verified.payload == nil {
            throw EvidenceFault(
                .claims,
                "expected a payload or statement that names the image, found a signature of its manifest's bytes"
            )
        }
        for (key, value) in wanted {
            let texts = Self.texts(key, of: verified, about: image)
            guard texts.contains(where: { $0.utf8.elementsEqual(value.utf8) }) else {
                throw EvidenceFault(
                    .claims,
                    "the signed annotation \(key): expected \(value), found "
                        + (texts.first ?? "none"))
            }
        }
        guard checkDockerReference else { return }
        guard let payload = verified.payload else {
            throw EvidenceFault(.claims, "expected a signed name of the image, found a statement without one")
        }
        try payload.requireRepository(repository)
    }

    private static func texts(
        _ key: String, of verified: VerifiedSignature, about image: Artifact
    ) -> [String] {
        if let payload = verified.payload, case .string(let text)? = payload.optional[key] { return [text] }
        return verified.statement?.subjects(for: image).compactMap { $0.annotations[key] } ?? []
    }
}
