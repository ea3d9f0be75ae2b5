package import ArgumentParser
import BundleFormat
import LibCrypto
import OCI
import Registry
import SystemPackage
import Trust

/// Where an image lies: in the registry that its name names, in an OCI layout, or in a bundle.
package struct ImagePlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The image lies in this OCI image layout; no registry is asked.", valueName: "dir"))
    package var layout: String?

    @Option(
        help: ArgumentHelp(
            "The image lies in this bundle, which is verified first; no registry is asked.", valueName: "file"
        ))
    package var releaseBundle: String?

    @Option(
        help: ArgumentHelp(
            "Public key (PEM) of someone who has to have signed the bundle; may be given several times. A trust file with "
                + "bundle-signers says so too.", valueName: "pub"))
    package var bundleSigner: [String] = []

    @OptionGroup package var work: WorkOptions
    @OptionGroup(title: "Registry") package var access: RegistryAccess

    package init() {}

    var isUsed: Bool { layout != nil || releaseBundle != nil || !bundleSigner.isEmpty || access.isUsed }

    package func validate() throws {
        guard layout == nil || releaseBundle == nil else {
            throw ValidationError("give either --layout or --release-bundle")
        }
        guard layout == nil && releaseBundle == nil || !access.isUsed else {
            throw ValidationError("no registry is asked: the registry options have no meaning here")
        }
        guard bundleSigner.isEmpty || releaseBundle != nil else {
            throw ValidationError("--bundle-signer is about a bundle: give --release-bundle FILE")
        }
    }

    /// Reads the image's evidence where it lies.
    ///
    /// - Parameter suffix: of the tag that is looked at besides the referrers.
    func evidence(
        for text: String, tag suffix: Tag.CosignSuffix, beside document: TrustDocument?, _ printer: Printer
    ) async throws -> ImageEvidence {
        let reference = try ImageReference(text)
        if let layout { return try LayoutImage(layout).evidence(for: reference, tag: suffix) }
        if let releaseBundle {
            let bundle = try await verified(releaseBundle, beside: document, printer)
            return try BundledImage(bundle: bundle).evidence(for: reference, tag: suffix)
        }
        let image = try reference.repository()
        let options = try access.options(
            for: [image.host], followsRedirects: false, usesEnvironmentProxy: false,
            connections: work.concurrency)
        let transport = try HTTPTransport(options: options)
        let connection = RegistryConnection(host: image.host, options: options, transport: transport)
        let result: Result<ImageEvidence, any Error>
        do {
            result = .success(
                try await RegistryImage(connection: connection, image: image)
                    .evidence(for: reference, tag: suffix))
        } catch {
            result = .failure(error)
        }
        connection.summary.warnings.forEach(printer.warning)
        // What was read or went wrong is worth more than how the connections were closed.
        try? await transport.shutdown()
        return try result.get()
    }

    private func verified(
        _ file: String, beside document: TrustDocument?, _ printer: Printer
    ) async throws -> VerifiedBundle {
        let policy = try signerPolicy(beside: document)
        let listed = try BundleReader(FilePath(file), followsLinks: true).statement(acceptedBy: policy)
        return try await Progress(printer).show { events in
            try await listed.verified(width: work.concurrency, allowing: [], events: events)
        }.0
    }

    private func signerPolicy(beside document: TrustDocument?) throws -> SignerPolicy {
        let listing = document.flatMap { $0.file.bundleSigners == nil ? nil : $0 }
        switch (listing, bundleSigner.isEmpty) {
        case (let listing?, true): return try listing.signerPolicy()
        case (nil, false):
            return try TrustedSigners(keys: bundleSigner, threshold: nil).policy
        case (let listing?, false):
            throw Finding(
                .usage, "trust.both", at: .signature,
                "\(listing.file.name) says who may sign bundles, and --bundle-signer says so too: give one of them"
            )
        case (nil, true):
            throw Finding(
                .usage, "trust.none", at: .signature,
                "--release-bundle: whose signature on the bundle is believed is the reader's decision; give "
                    + "--bundle-signer FILE with the exporter's public key, or --trust FILE with bundle-signers"
            )
        }
    }
}
