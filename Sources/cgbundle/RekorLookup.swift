import BundleFormat
import Commands
import Registry
import ReleaseExport
import ReleaseSet
import SystemPackage
import Trust

/// What `--rekor-lookup` does before an export looks at the release files: the only question that proof ever asks a network.
struct RekorLookup {
    let url: String
    let options: RegistryOptions
    let trust: VendorTrust
    let printer: Printer

    func run(in folder: FilePath, of manifest: ReleaseManifest) async throws {
        let transport = try HTTPTransport(options: options)
        let result: Result<[SignatureLookup.Outcome], any Error>
        do {
            guard let files = WebFiles(url, options: options, transport: transport) else {
                throw Finding(
                    .usage, "rekor.url", at: .target,
                    "--rekor-lookup: expected https://HOST, or http with --plain-http HOST")
            }
            let lookup = SignatureLookup(
                RekorLog(files), trust: trust,
                release: JudgedRelease(version: manifest.version.text, commit: manifest.commit))
            let (outcomes, _) = try await Progress(printer, waitingWith: options.patience).show { events in
                events.yield(.phase("asking \(url)", bytes: nil))
                return try await lookup.complete(folder)
            }
            result = .success(outcomes)
        } catch {
            result = .failure(error)
        }
        // What was found or went wrong is worth more than how the connections were closed.
        try? await transport.shutdown()
        try result.get().forEach(tell)
    }

    private func tell(_ outcome: SignatureLookup.Outcome) {
        switch outcome {
        case .completed(let signature, let bundle, let lines, let verified):
            let part = lines.signed == lines.all ? "all of it" : "lines 1 to \(lines.signed) of \(lines.all)"
            printer.note(
                "\(signature): completed by \(url), which has it as a signature over \(part) by "
                    + "\(Self.words(for: verified.signer)); written beside it as \(bundle)")
        case .refused(let signature, let fault):
            printer.warning(
                "\(signature): \(url) has an entry of it that is not good enough: \(fault.text) [\(fault.reason.rawValue)]"
            )
        case .unknown(let signature):
            printer.warning("\(signature): \(url) knows no entry of it [rekor.absent]")
        case .unasked(let signature):
            printer.note("\(signature): was not looked up, since nobody says who has to have signed its file")
        }
    }

    private static func words(for signer: VerifiedSignature.Signer) -> String {
        switch signer {
        case .key(let name, _): "the key \(name)"
        case .identity(let identity, _): identity.subject
        }
    }
}
