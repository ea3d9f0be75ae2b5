import CommandRunner
import Foundation
import OCI
import Servers
import Testing

/// Signatures of images and statements about them, as a user verifies them.
@Suite struct VerifyImageTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    private static let root = Sample.folder + "/trust/trusted_root.json"
    private static let workflow = SignatureCase.identity + ["--trusted-root", root]
    /// The signer of the sample, whose release was started at `main`.
    private static let started = workflow.map {
        $0.replacing("refs/tags/v1.0.0-beta", with: "refs/heads/main")
    }
    private static let vendor = ["--key", Sample.publicKey("vendor"), "--insecure-ignore-tlog"]
    private static let bff = "ghcr.io/cloudgrid-dev/cloudgrid-bff"

    /// The digest that the sample's layout gives an image.
    private static func digest(_ name: String) throws -> String {
        let text = try String(contentsOfFile: Sample.images + "/index.json", encoding: .utf8)
        let index = try JSONDecoder().decode(LayoutIndex.self, from: Data(text.utf8))
        let entry = index.manifests.first {
            $0.annotations?["org.opencontainers.image.ref.name"] == "\(name):v1.0.0-beta"
        }
        return try #require(entry).digest
    }

    private func layout(of row: SignatureCase) throws -> SignedImageLayout {
        var layout = try SignedImageLayout(in: place, image: Array(try bytes(row.artifactPath)))
        try add(row, to: &layout)
        return layout
    }

    private func add(_ row: SignatureCase, to layout: inout SignedImageLayout) throws {
        if exists(row.file("bundle.sigstore.json")) {
            try layout.refer(Array(try bytes(row.file("bundle.sigstore.json"))))
        } else {
            let isSignature = exists(row.file("payload.json"))
            let annotations = String(decoding: try bytes(row.file("annotations.json")), as: UTF8.self)
            let layer = try bytes(row.file(isSignature ? "payload.json" : "envelope.json"))
            try layout.tag(isSignature ? "sig" : "att", Array(layer), annotations: annotations)
        }
    }

    @Test(arguments: try SignatureCase.all().filter(\.isForImage))
    func `every case of the test data comes out as it has to`(row: SignatureCase) throws {
        let layout = try layout(of: row)
        let isStatement = !row.predicate.isEmpty && !row.predicate.contains("cosign/sign")
        let command =
            isStatement ? ["verify-attestation", "--type", row.predicate] : ["verify-image"]
        let arguments = command + [layout.reference, "--layout", layout.folder] + (try row.trust(in: place))
        let result = try CommandRunner.cgbundle(arguments)
        if row.verdict == "verified" {
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.hasSuffix("verified: \(layout.reference)\n"))
        } else {
            #expect(result.status == 3)
            #expect(result.errors.contains("[\(row.reason)]"), "\(result.errors)")
            #expect(result.errors.contains(layout.reference))
            #expect(result.output.isEmpty)
        }
    }

    @Test func `referrers and the signature tag are both looked at and both told`() throws {
        let image = "\(Self.bff)@\(try Self.digest("cloudgrid-bff"))"
        let result = try CommandRunner.cgbundle(
            ["verify-image", image, "--layout", Sample.images] + Self.started)
        #expect(result.status == 0, "\(result.errors)")
        let places = result.output.matches(
            of: /found in +(referrer sha256:|sha256-)[0-9a-f]+[^,]*, ([a-z0-9.-]+)/)
        #expect(places.map { String($0.2) } == ["sigstore-bundle-v0.3", "cosign-image-signature"])
        #expect(result.output.contains("names      \(Self.bff)"))
    }

    @Test func `a statement about an image is found by its kind, and no other counts`() throws {
        let image = "\(Self.bff)@\(try Self.digest("cloudgrid-bff"))"
        func attestation(_ type: String) throws -> CommandResult {
            try CommandRunner.cgbundle(
                ["verify-attestation", image, "--layout", Sample.images, "--type", type] + Self.started)
        }
        let provenance = try attestation("slsaprovenance1")
        #expect(provenance.status == 0, "\(provenance.errors)")
        #expect(provenance.output.count(of: "states     https://slsa.dev/provenance/v1") == 2)
        let parts = try attestation("spdxjson")
        #expect(parts.status == 3)
        #expect(
            parts.errors.contains(
                "there are https://sigstore.dev/cosign/sign/v1, https://slsa.dev/provenance/v1"))
        #expect(parts.errors.contains("[vendor.absent]"))
    }

    @Test func `an image without any signature is refused`() throws {
        let layout = try SignedImageLayout(
            in: place, image: Array(try bytes(SignatureCase.folder + "/image.json")))
        let result = try CommandRunner.cgbundle(
            ["verify-image", layout.reference, "--layout", layout.folder] + Self.workflow)
        #expect(result.status == 3)
        #expect(result.errors.contains("[vendor.absent]"))
    }

    @Test func `a provenance is no signature of an image`() throws {
        var layout = try SignedImageLayout(
            in: place, image: Array(try bytes(SignatureCase.folder + "/image.json")))
        let row = try SignatureCase.named("image-attestation")
        try add(row, to: &layout)
        let result = try CommandRunner.cgbundle(
            ["verify-image", layout.reference, "--layout", layout.folder] + Self.workflow)
        #expect(result.status == 3)
        #expect(result.errors.contains("[vendor.absent]"))
    }

    @Test func `beside a good signature a bad one is told and does not stop`() throws {
        var layout = try layout(of: try SignatureCase.named("image-signature"))
        try layout.refer(Array(try bytes(SignatureCase.folder + "/bundle-not-base64/bundle.sigstore.json")))
        let result = try CommandRunner.cgbundle(
            ["verify-image", layout.reference, "--layout", layout.folder] + Self.workflow)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("warning: referrer sha256:"))
        #expect(result.errors.contains("[vendor.base64]"))
    }

    /// Signed as by cosign 3, with annotations, in a statement that is about another image too.
    private func statedByVendor() throws -> SignedImageLayout {
        var layout = try SignedImageLayout(
            in: place, image: Array(try bytes(SignatureCase.folder + "/image.json")))
        let digest = try #require(layout.reference.split(separator: ":").last)
        let other = String(repeating: "0", count: 64)
        try layout.refer(
            try statementByVendor(
                #"{"digest":{"sha256":"\#(other)"},"annotations":{"env":"test","more":"1"}},"#
                    + #"{"digest":{"sha256":"\#(digest)"},"annotations":{"env":"prod","team":"a=b","count":3}}"#
            ))
        return layout
    }

    @Test(arguments: [
        ([], ""), (["-a", "env=prod"], ""), (["--annotations", "env=prod", "-a", "team=a=b"], ""),
        (["-a", "env=prod", "-a", "team=a"], "the signed annotation team: expected a, found a=b"),
        // The other image's annotations are none of this one's, and what is no text equals no text.
        (["-a", "env=test"], "the signed annotation env: expected test, found prod"),
        (["-a", "more=1"], "the signed annotation more: expected 1, found none"),
        (["-a", "count=3"], "the signed annotation count: expected 3, found none"),
        (["--check-docker-reference"], "expected a signed name of the image, found a statement without one"),
    ])
    func `what the signer has to have added is compared in a statement too`(
        options: [String], sentence: String
    ) throws {
        let layout = try statedByVendor()
        let result = try CommandRunner.cgbundle(
            ["verify-image", layout.reference, "--layout", layout.folder] + options + Self.vendor)
        #expect(result.status == (sentence.isEmpty ? 0 : 3), "\(result.errors)")
        #expect(result.errors.contains("[vendor.claims]") == !sentence.isEmpty)
        #expect(result.errors.contains(sentence) || sentence.isEmpty, "\(result.errors)")
    }

    @Test func `an annotation that one of two signatures has is enough`() throws {
        var layout = try statedByVendor()
        try add(try SignatureCase.named("image-signature"), to: &layout)
        let command = ["verify-image", layout.reference, "--layout", layout.folder]
        let good = try CommandRunner.cgbundle(command + ["-a", "env=prod"] + Self.vendor)
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("found in   referrer sha256:"))
        #expect(!good.output.contains(".sig, cosign-image-signature"))
    }

    @Test(arguments: [
        (["-a", "env=prod"], ""), (["--annotations", "env=prod", "-a", "team=a=b"], ""),
        (["-a", "env=test"], "the signed annotation env: expected test, found prod"),
        (["-a", "more=1"], "the signed annotation more: expected 1, found none"),
        (["--check-docker-reference"], ""),
    ])
    func `what the signer has to have added is compared`(options: [String], sentence: String) throws {
        let layout = try signedByVendor(reference: SignedImageLayout.name)
        let result = try CommandRunner.cgbundle(
            ["verify-image", layout.reference, "--layout", layout.folder] + options + Self.vendor)
        #expect(result.status == (sentence.isEmpty ? 0 : 3), "\(result.errors)")
        #expect(result.errors.contains("[vendor.claims]") == !sentence.isEmpty)
        #expect(result.errors.contains(sentence) || sentence.isEmpty)
    }

    @Test func `the signed name counts only where it is asked for`() throws {
        let layout = try signedByVendor(reference: "ghcr.io/somebody-else/cloudgrid-bff")
        let command = ["verify-image", layout.reference, "--layout", layout.folder] + Self.vendor
        let mirrored = try CommandRunner.cgbundle(command)
        #expect(mirrored.status == 0, "\(mirrored.errors)")
        let strict = try CommandRunner.cgbundle(command + ["--check-docker-reference"])
        #expect(strict.status == 3)
        #expect(strict.errors.contains("[vendor.claims]"))
    }

    /// A Sigstore bundle of cosign 3 about these subjects.
    private func statementByVendor(_ subjects: String) throws -> [UInt8] {
        let payload =
            #"{"_type":"https://in-toto.io/Statement/v1","subject":[\#(subjects)],"#
            + #""predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}"#
        let type = "application/vnd.in-toto+json"
        let signature = try signedByVendor(
            "DSSEv1 \(type.utf8.count) \(type) \(payload.utf8.count) \(payload)")
        let envelope =
            #"{"payload":"\#(Data(payload.utf8).base64EncodedString())","payloadType":"\#(type)","#
            + #""signatures":[{"sig":"\#(signature)"}]}"#
        return Array(
            (#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":\#(envelope),"#
                + #""verificationMaterial":{"publicKey":{"hint":""}}}"#).utf8)
    }

    /// Signs as cosign does with a key and `-a`.
    private func signedByVendor(reference: String) throws -> SignedImageLayout {
        var layout = try SignedImageLayout(
            in: place, image: Array(try bytes(SignatureCase.folder + "/image.json")))
        let digest = layout.reference.split(separator: "@")[1]
        let payload = #"""
            {"critical":{"identity":{"docker-reference":"\#(reference)"},"image":{"docker-manifest-digest":"\#(digest)"},"type":"cosign container image signature"},"optional":{"env":"prod","team":"a=b"}}
            """#
        let signature = try signedByVendor(payload)
        try layout.tag(
            "sig", Array(payload.utf8),
            annotations: #"{"dev.cosignproject.cosign/signature":"\#(signature)"}"#)
        return layout
    }

    /// The vendor's signature over a text, in base64.
    private func signedByVendor(_ text: String) throws -> String {
        let file = place.path + "/payload.json"
        try Data(text.utf8).write(to: URL(filePath: file))
        let key = try Sample.privateKey("vendor", in: place)
        let signed = try CommandRunner.run(
            "openssl", ["dgst", "-sha256", "-sign", key, "-out", file + ".sig", file])
        #expect(signed.status == 0)
        return try bytes(file + ".sig").base64EncodedString()
    }

    @Test func `an image in a registry is verified, reading only`() throws {
        let registry = try RegistryProcess()
        let prefix = "\(registry.host)/cloudgrid-dev"
        let pushed = try CommandRunner.run(
            "python3", [CommandRunner.checkout + "/scripts/make-testdata", "--push", prefix])
        #expect(pushed.status == 0, "\(pushed.errors)")
        let before = try registry.requests().count
        let digest = try Self.digest("cloudgrid-bff")
        let access = ["--plain-http", "\(registry.host)"]
        let image = try CommandRunner.cgbundle(
            ["verify-image", "\(prefix)/cloudgrid-bff@\(digest)"] + access + Self.started)
        #expect(image.status == 0, "\(image.errors)")
        #expect(image.output.contains("found in   referrer sha256:"))
        #expect(image.output.contains(".sig, cosign-image-signature"))
        let statement = try CommandRunner.cgbundle(
            ["verify-attestation", "\(prefix)/cloudgrid-bff@\(digest)", "--type", "slsaprovenance1"] + access
                + Self.started)
        #expect(statement.status == 0, "\(statement.errors)")
        #expect(statement.output.contains(".att, cosign-attestation"))
        let tagged = try CommandRunner.cgbundle(
            ["verify-image", "\(prefix)/cloudgrid-bff:v1.0.0-beta"] + access + Self.started)
        #expect(tagged.status == 64)
        #expect(tagged.errors.contains("at this moment it is \(prefix)/cloudgrid-bff@\(digest) [image.tag]"))
        let absent = "sha256:" + String(repeating: "0", count: 64)
        let missing = try CommandRunner.cgbundle(
            ["verify-image", "\(prefix)/cloudgrid-bff@\(absent)"] + access + Self.started)
        #expect(missing.status == 5)
        #expect(missing.errors.contains("[graph.missing]"))
        let strange = try CommandRunner.cgbundle(
            ["verify-image", "\(prefix)/cloudgrid-bff@\(digest)", "--check-docker-reference"] + access
                + Self.started)
        #expect(strange.status == 3)
        registry.stop()
        let methods = Set(try registry.requests().dropFirst(before).map(\.method))
        #expect(methods.subtracting(["GET", "HEAD"]).isEmpty)
    }

    @Test func `a list of referrers that are of another image is refused`() throws {
        let registry = try RegistryProcess()
        let prefix = "\(registry.host)/cloudgrid-dev"
        let pushed = try CommandRunner.run(
            "python3", [CommandRunner.checkout + "/scripts/make-testdata", "--push", prefix])
        #expect(pushed.status == 0, "\(pushed.errors)")
        let index = try Self.digest("cloudgrid-bff")
        let blob = "\(Sample.images)/blobs/sha256/\(index.dropFirst("sha256:".count))"
        let platform = try #require(
            try JSONDecoder().decode(LayoutIndex.self, from: try bytes(blob)).manifests.first
        ).digest
        let manifests = "/v2/cloudgrid-dev/cloudgrid-bff/manifests/"
        func fallback(_ digest: String) -> String { manifests + digest.replacing(":", with: "-") }
        let list = try LoopbackHTTP.send(
            "GET", fallback(index), headers: ["Accept": SignedImageLayout.index], to: registry.port)
        let put = try LoopbackHTTP.send(
            "PUT", fallback(platform), headers: ["Content-Type": SignedImageLayout.index], body: list.body,
            to: registry.port)
        #expect(put.status == 201)
        let result = try CommandRunner.cgbundle(
            ["verify-image", "\(prefix)/cloudgrid-bff@\(platform)", "--plain-http", "\(registry.host)"]
                + Self.started)
        #expect(result.status == 5)
        #expect(result.errors.contains("but its subject is another [pull.referrer]"), "\(result.errors)")
    }

    @Test func `an image in a bundle is verified after the bundle is`() throws {
        let signer = ["--release-bundle", Sample.golden, "--bundle-signer", Sample.publicKey("alice")]
        let good = try CommandRunner.cgbundle(["verify-image", "cloudgrid-bff"] + signer + Self.workflow)
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.hasPrefix("ghcr.io/cloudgrid-dev/cloudgrid-bff@sha256:"))
        let trusted = try CommandRunner.cgbundle(
            ["verify-image", "cloudgrid-bff", "--trust", Sample.folder + "/trust/trust.json"] + signer)
        #expect(trusted.status == 0, "\(trusted.errors)")
        let unsigned = try CommandRunner.cgbundle(
            ["verify-image", "cloudgrid-bff", "--release-bundle", Sample.golden] + Self.workflow)
        #expect(unsigned.status == 64)
        #expect(unsigned.errors.contains("[trust.none]"))
        let stranger = try CommandRunner.cgbundle(
            [
                "verify-image", "cloudgrid-bff", "--release-bundle", Sample.golden, "--bundle-signer",
                Sample.publicKey("bob"),
            ] + Self.workflow)
        #expect(stranger.status == 3)
        #expect(stranger.errors.contains("[sig.nokey]"))
        let unknown = try CommandRunner.cgbundle(["verify-image", "nginx"] + signer + Self.workflow)
        #expect(unknown.status == 64)
        #expect(unknown.errors.contains("[image.unknown]"))
        let other = "cloudgrid-bff@sha256:" + String(repeating: "0", count: 64)
        let differs = try CommandRunner.cgbundle(["verify-image", other] + signer + Self.workflow)
        #expect(differs.status == 5)
        #expect(differs.errors.contains("[graph.missing]"))
    }

    @Test(arguments: [
        (
            ["verify-image", "cloudgrid-bff:v1.0.0-beta", "--layout", Sample.images],
            "in this layout it is cloudgrid-bff@sha256:"
        ),
        (["verify-image", "cloudgrid-bff@sha256:abc", "--layout", Sample.images], "[digest.syntax]"),
        (["verify-image", "cloudgrid-bff@sha256:abc"], "[digest.syntax]"),
        (["verify-image", "a/b@sha256:" + String(repeating: "0", count: 64)], "[ref.host]"),
        (
            ["verify-image", "x", "--layout", "y", "--release-bundle", "z"],
            "either --layout or --release-bundle"
        ),
        (["verify-image", "x", "--layout", "y", "--plain-http", "z"], "no registry is asked"),
        (["verify-image", "x", "--bundle-signer", "y"], "give --release-bundle"),
        (["verify-image", "x", "--layout", "y", "-a", "env"], "KEY=VALUE"),
        (
            ["verify-attestation", "x", "--bundle", "y", "--layout", "z", "--type", "vuln"],
            "give one of them"
        ),
    ])
    func `a command line that does not say which image is refused`(arguments: [String], sentence: String)
        throws
    {
        let result = try CommandRunner.cgbundle(arguments + Self.workflow)
        #expect(result.status == 64)
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }

    @Test func `the layer of a signature has to be what its manifest says`() throws {
        let layout = try layout(of: try SignatureCase.named("image-signature"))
        let payload = Array(try bytes(SignatureCase.folder + "/image-signature/payload.json"))
        try Data(payload.reversed()).write(
            to: URL(filePath: "\(layout.folder)/blobs/sha256/\(Digest(of: payload).hex)"))
        let result = try CommandRunner.cgbundle(
            ["verify-image", layout.reference, "--layout", layout.folder] + Self.workflow)
        #expect(result.status == 5)
        #expect(result.errors.contains("[pull.digest]"))
    }
}

/// The part of a layout's index that tests look at.
private struct LayoutIndex: Decodable {
    struct Entry: Decodable {
        let digest: String
        let annotations: [String: String]?
    }

    let manifests: [Entry]
}

extension String {
    fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
