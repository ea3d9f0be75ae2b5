import LibCrypto
import OCI
import ReleaseSet
import StrictJSON
import Testing
import Trust
import VendorProof

/// What is said of release files, by evidence of every kind.
@Suite struct FileProofTests {
    let vendor: KeySigner
    let stranger: KeySigner
    var sample: SampleEvidence

    init() throws {
        vendor = try KeySigner("vendor")
        stranger = try KeySigner("stranger")
        sample = try SampleEvidence()
    }

    private func trust(
        _ files: [String] = ["checksums.txt"], onMissing: VendorPolicy.OnMissing = .warn,
        orIdentity: Bool = false,
    ) throws -> VendorTrust {
        let images = try SampleEvidence.trust()
        let match = try files.map { VendorPolicy.Match(.file, try #require(NamePattern($0))) }
        let identity = images.policies[0].anyOf
        return VendorTrust(
            roots: images.roots, keys: [vendor.trusted],
            policies: [
                images.policies[0],
                VendorPolicy(
                    match: match, anyOf: [.key("vendor")] + (orIdentity ? identity : []), onMissing: onMissing
                ),
            ])
    }

    private func sums(lines: Int) -> [UInt8] {
        let text = String(decoding: sample.bytes(of: "checksums.txt"), as: UTF8.self)
        return Array(text.split(separator: "\n").prefix(lines).map { $0 + "\n" }.joined().utf8)
    }

    @Test mutating func `a signature of the whole list proves it and every file that it lists`() throws {
        let sums = sample.bytes(of: "checksums.txt")
        try sample.add(file: "checksums.txt.sig", vendor.signature(sums))
        let report = try sample.report(try trust())
        #expect(report.refusals == [] && report.warnings == [])
        #expect(report.object("checksums.txt")?.state == .verified)
        let chart = try #require(report.object("cloudgrid-1.0.0-beta.tgz"))
        #expect(chart.state == .verified)
        #expect(chart.evidence.map(\.name) == ["checksums.txt line 1"])
        #expect(chart.evidence.map(\.role) == [.listing])
        #expect(report.object("release-values.yaml")?.state == .absent)
        #expect(report.object("storage-read_v1.0.0-beta_linux_amd64.zip")?.state == .absent)
    }

    @Test(arguments: 1...4)
    mutating func `a signature of the first lines proves those lines and no other`(lines: Int) throws {
        let prefix = sums(lines: lines)
        try sample.add(file: "checksums.txt.sig", vendor.signature(prefix))
        let report = try sample.report(try trust())
        let object = try #require(report.object("checksums.txt"))
        #expect(object.state == .verifiedPrefix)
        let found = try #require(object.evidence.first?.prefix)
        #expect([found.signedBytes, found.signedLines, found.totalLines] == [prefix.count, lines, 5])
        #expect(object.text?.contains("covers lines 1 to \(lines) of 5") == true)
        let list = try ChecksumList(sample.bytes(of: "checksums.txt"), document: "checksums.txt")
        for entry in list.entries {
            let file = try #require(report.object(entry.name.text))
            #expect(file.state == (entry.line <= lines ? .verified : .unverifiableOffline), "\(entry.name)")
            if entry.line > lines { #expect(file.reason == "signed-before-append") }
        }
        #expect(report.warnings.map(\.reason) == ["vendor.prefix"])
        #expect(try sample.report(try trust(onMissing: .stop)).refusals.map(\.reason) == ["vendor.prefix"])
    }

    @Test mutating func `a signature that ends inside of a line is none`() throws {
        try sample.add(file: "checksums.txt.sig", vendor.signature(Array(sums(lines: 2).dropLast())))
        let report = try sample.report(try trust())
        #expect(report.refusals.map(\.reason) == ["vendor.signature"])
        #expect(report.object("checksums.txt")?.state == .invalid)
    }

    @Test mutating func `a list that was changed before its signed end is refused`() throws {
        let sums = sample.bytes(of: "checksums.txt")
        try sample.add(file: "checksums.txt.sig", vendor.signature(sums))
        try sample.add(file: "checksums.txt", [sums[0] ^ 1] + sums.dropFirst())
        #expect(try sample.report(try trust()).refusals.map(\.reason) == ["vendor.signature"])
    }

    @Test mutating func `a bare signature that fits no key may be one whose certificate is not there`() throws
    {
        try sample.add(file: "checksums.txt.sig", stranger.signature(sample.bytes(of: "checksums.txt")))
        let report = try sample.report(try trust(orIdentity: true))
        #expect(report.refusals == [])
        #expect(report.object("checksums.txt")?.reason == "no-certificate-in-release")
        #expect(try sample.report(try trust()).refusals.map(\.reason) == ["vendor.signature"])
        let strict = try sample.report(try trust(onMissing: .stop, orIdentity: true))
        #expect(strict.refusals.map(\.reason) == ["vendor.unverifiable"])
    }

    @Test mutating func `a signature beside one list that is of the other is the other's`() throws {
        let binaries = sample.bytes(of: "binaries-checksums.txt")
        try sample.add(file: "checksums.txt.sig", vendor.signature(binaries))
        let report = try sample.report(try trust(["checksums.txt", "binaries-checksums.txt"]))
        #expect(report.refusals == [])
        #expect(report.object("checksums.txt")?.state == .absent)
        let list = try #require(report.object("binaries-checksums.txt"))
        #expect(list.state == .verified)
        #expect(list.evidence.map(\.name) == ["checksums.txt.sig"])
        #expect(report.object("storage-read_v1.0.0-beta_linux_amd64.zip")?.state == .verified)
    }

    @Test(arguments: ["checksums.txt", "binaries-checksums.txt"])
    mutating func `a signature beside the wrong list is not invalid, though no policy names the right one`(
        wrong: String
    ) throws {
        let right = wrong == "checksums.txt" ? "binaries-checksums.txt" : "checksums.txt"
        try sample.add(file: wrong + ".sig", vendor.signature(sample.bytes(of: right)))
        let report = try sample.report(try trust([wrong]))
        #expect(report.refusals == [])
        let list = try #require(report.object(wrong))
        #expect(list.evidence.map(\.state) == [.unverifiableOffline])
        #expect(list.evidence.map(\.reason) == ["other-object"])
        #expect(list.evidence.first?.text == "\(wrong).sig: signs \(right), not \(wrong)")
        #expect(report.object(right)?.state != .verified)
    }

    @Test mutating func `a signature of neither list stays invalid`() throws {
        try sample.add(file: "binaries-checksums.txt.sig", vendor.signature(Array("other bytes".utf8)))
        let report = try sample.report(try trust(["binaries-checksums.txt"]))
        #expect(report.refusals.map(\.reason) == ["vendor.signature"])
    }

    @Test(arguments: [".sigstore.json", ".bundle", ".sig"])
    mutating func `a companion is what its content is, whatever it is called`(ending: String) throws {
        let values = sample.bytes(of: "release-values.yaml")
        try sample.add(file: "release-values.yaml" + ending, vendor.bundle(values))
        let report = try sample.report(try trust(["release-values.yaml"], onMissing: .stop))
        #expect(report.refusals == [])
        let object = try #require(report.object("release-values.yaml"))
        #expect(object.state == .verified && object.evidence.map(\.format) == [.bundleV03])
        #expect(report.object("release-values.yaml" + ending) == nil)
        try sample.add(file: "release-values.yaml", values + [0x0A])
        #expect(
            try sample.report(try trust(["release-values.yaml"])).refusals.map(\.reason) == ["vendor.digest"])
    }

    @Test mutating func `a broken bundle stops, even of a file that no policy names`() throws {
        try sample.add(file: "release-values.yaml.sigstore.json", Array("{\"mediaType\":1}".utf8))
        let report = try sample.report(try trust())
        #expect(report.refusals.map(\.reason).first?.hasPrefix("vendor.") == true)
        #expect(report.object("release-values.yaml")?.state == .invalid)
    }

    @Test mutating func `another's signature of a file that no policy names is shown and not believed`()
        throws
    {
        let values = sample.bytes(of: "release-values.yaml")
        try sample.add(file: "release-values.yaml.sigstore.json", stranger.bundle(values))
        let report = try sample.report(try trust(orIdentity: true))
        #expect(report.refusals == [])
        #expect(report.object("release-values.yaml")?.reason == "no-policy")
        try sample.add(file: "release-values.yaml.sigstore.json", vendor.bundle(values))
        #expect(try sample.report(try trust()).object("release-values.yaml")?.state == .unverifiableOffline)
    }

    @Test mutating func `a statement about the digest of a file proves the file`() throws {
        let zip = try #require(
            sample.files.first { $0.name.text == "storage-read_v1.0.0-beta_linux_amd64.zip" })
        let bff = try #require(sample.artifacts.first { $0.repository.text == "cloudgrid-bff" })
        let lines = try [vendor.statement(about: [zip.digest, bff.digest])].joined(separator: [0x0A])
        try sample.add(file: "attestations.jsonl", Array(lines))
        var trust = try trust([zip.name.text], onMissing: .stop)
        trust = VendorTrust(
            roots: trust.roots, keys: trust.keys,
            policies: [
                VendorPolicy(
                    match: trust.policies[0].match, anyOf: trust.policies[0].anyOf + [.key("vendor")]),
                trust.policies[1],
            ])
        let report = try sample.report(trust)
        #expect(report.refusals == [])
        let object = try #require(report.object(zip.name.text))
        #expect(object.state == .verified)
        #expect(object.evidence.map(\.name) == ["attestations.jsonl"])
        #expect(report.object("attestations.jsonl") == nil)
        let types = report.object("cloudgrid-bff")?.evidence.filter { $0.name == "attestations.jsonl" }.map(
            \.state)
        #expect(types == [.verified])
    }

    private func file(_ name: String) throws -> ReleaseEvidence.File {
        try #require(sample.files.first { $0.name.text == name })
    }

    /// The provenance of an image by the release's workflow.
    private func provenance() throws -> [UInt8] {
        let bundles = sample.carriers.filter { $0.tag == nil }.flatMap(\.document.layers).compactMap {
            sample.blobs[$0.digest]
        }
        return try #require(
            bundles.first { bundle in
                guard let evidence = try? SignedEvidence(bundle: bundle, name: "") else { return false }
                return evidence.claimedPredicateType == "https://slsa.dev/provenance/v1"
            })
    }

    @Test mutating func `each of several bundles is judged, and a bad one is told by its line`() throws {
        let (good, bad) = (try file("release-values.yaml"), try file("cloudgrid-local.sh"))
        let changed = String(decoding: try stranger.statement(about: [bad.digest]), as: UTF8.self)
        let lines = [
            String(decoding: try vendor.statement(about: [good.digest]), as: UTF8.self), "", " \t",
            changed.replacing("dsseEnvelope", with: "dsseEnvelop"), "\r", changed,
        ]
        try sample.add(file: "x.jsonl", Array(lines.joined(separator: "\n").utf8))
        let report = try sample.report(try trust([good.name.text, bad.name.text]))
        #expect(report.object(good.name.text)?.evidence.map(\.name) == ["x.jsonl, line 1"])
        #expect(report.object(good.name.text)?.state == .verified)
        #expect(report.object(bad.name.text)?.evidence.map(\.name) == ["x.jsonl, line 6"])
        #expect(report.object(bad.name.text)?.state == .invalid)
        let file = try #require(report.object("x.jsonl"))
        #expect(file.evidence.map(\.name) == ["x.jsonl, line 4"] && file.state == .invalid)
        #expect(Set(report.refusals.map(\.reason)) == ["vendor.json", "vendor.key"])
        #expect(report.refusals.contains { $0.message.contains("x.jsonl, line 4") })
    }

    @Test mutating func `a good statement about something else is shown and proves nothing`() throws {
        sample.artifacts.removeAll { $0.repository.text != "cloudgrid-alert-evaluator" }
        try sample.add(file: "x.jsonl", try provenance())
        sample.files.removeAll { $0.name.text != "x.jsonl" }
        // A pattern does not ask for the proof of a proof.
        let report = try sample.report(try trust(["*"], onMissing: .stop, orIdentity: true))
        #expect(report.refusals == [])
        let file = try #require(report.object("x.jsonl"))
        #expect(file.state == .unverifiableOffline && file.reason == "other-object")
        #expect(file.text == "x.jsonl: is about nothing that is in the release")
    }

    @Test mutating func `a statement that was changed to speak of something else stops`() throws {
        let text = String(decoding: try provenance(), as: UTF8.self)
        let payload = try #require(text.firstMatch(of: /"payload":"([^"]+)"/)).1
        var statement = String(decoding: try Base64.decode(String(payload)), as: UTF8.self)
        let digest = try #require(statement.firstMatch(of: /"sha256":"([0-9a-f]{64})"/)).1
        statement = statement.replacing(digest, with: String(repeating: "0", count: 64))
        let forged = text.replacing(payload, with: Base64.encode(Array(statement.utf8)))
        try sample.add(file: "x.jsonl", Array(forged.utf8))
        let report = try sample.report(try trust(orIdentity: true))
        #expect(report.refusals.map(\.reason) == ["vendor.signature"])
        #expect(report.object("x.jsonl")?.state == .invalid)
    }

    @Test mutating func `a signature in a file of bundles is one of the file that it names by digest`() throws
    {
        let values = sample.bytes(of: "release-values.yaml")
        let image = try #require(sample.artifacts.first)
        let manifest = try #require(sample.blobs[image.digest])
        let lines = [try vendor.bundle(values), [0x0A], try vendor.bundle(manifest)].flatMap(\.self)
        try sample.add(file: "x.sigstore.jsonl", lines)
        let report = try sample.report(try trust(["release-values.yaml"]))
        #expect(report.refusals == [])
        #expect(report.object("release-values.yaml")?.state == .verified)
        // Of an image a signature says something only by a payload that names it.
        #expect(report.object(image.name)?.evidence.contains { $0.name.hasPrefix("x.") } == false)
    }

    @Test mutating func `a file of other lines is a file like any`() throws {
        try sample.add(file: "x.jsonl", Array("{\"a\":1}\n{\"a\":2}\n".utf8))
        let report = try sample.report(try trust(orIdentity: true))
        #expect(report.refusals == [] && report.object("x.jsonl")?.state == .absent)
    }

    @Test mutating func `a broken line of a file of statements stops`() throws {
        let zip = try #require(sample.files.first { $0.name.text.hasSuffix("linux_amd64.zip") })
        var line = try vendor.statement(about: [zip.digest])
        line.removeLast()
        try sample.add(file: "attestations.jsonl", line)
        let report = try sample.report(try trust(orIdentity: true))
        #expect(report.refusals.map(\.reason) == ["vendor.json"])
    }
}

/// Other people's signatures of images.
@Suite struct StrangerTests {
    let vendor: KeySigner
    let stranger: KeySigner

    init() throws {
        vendor = try KeySigner("vendor")
        stranger = try KeySigner("stranger")
    }

    private func sample(signedBy signer: KeySigner, alone: Bool = false) throws -> SampleEvidence {
        var sample = try SampleEvidence()
        let bff = try #require(sample.artifacts.first { $0.repository.text == "cloudgrid-bff" })
        let (carrier, payload) = try signer.tag(bff)
        if alone { sample.carriers.removeAll { $0.subject == bff.digest } }
        sample.carriers.append(carrier)
        sample.blobs[Digest(of: payload)] = payload
        return sample
    }

    private func trust(_ keys: [KeySigner], orKeys: Bool = true) throws -> VendorTrust {
        let images = try SampleEvidence.trust()
        let signers = images.policies[0].anyOf + (orKeys ? [.key("vendor")] : [])
        return VendorTrust(
            roots: images.roots, keys: keys.map(\.trusted),
            policies: [VendorPolicy(match: images.policies[0].match, anyOf: signers)])
    }

    @Test func `a key that the policy names is as good as a certificate`() throws {
        let report = try sample(signedBy: vendor, alone: true).report(try trust([vendor]))
        #expect(report.refusals == [])
        #expect(report.object("cloudgrid-bff")?.state == .verified)
    }

    @Test func `another's signature beside a good one is shown, and neither helps nor hurts`() throws {
        for keys in [[vendor], [vendor, stranger]] {
            let report = try sample(signedBy: stranger).report(try trust(keys))
            #expect(report.refusals == [])
            let bff = try #require(report.object("cloudgrid-bff"))
            #expect(bff.state == .verified)
            #expect(bff.evidence.filter { $0.state != .verified }.map(\.reason) == ["other-signer"])
        }
    }

    @Test func `another's signature alone is refused`() throws {
        let unknown = try sample(signedBy: stranger, alone: true).report(try trust([vendor]))
        #expect(unknown.refusals.map(\.reason) == ["vendor.signature"])
        let known = try sample(signedBy: stranger, alone: true).report(try trust([vendor, stranger]))
        #expect(known.refusals.map(\.reason) == ["vendor.key"])
    }

    @Test func `a key that is known and not asked for proves nothing`() throws {
        let report = try sample(signedBy: vendor, alone: true).report(try trust([vendor], orKeys: false))
        #expect(report.refusals.map(\.reason) == ["vendor.key"])
    }

    @Test func `an image that no policy names is shown with what it has`() throws {
        var sample = try sample(signedBy: stranger, alone: true)
        let bff = try #require(sample.artifacts.first { $0.repository.text == "cloudgrid-bff" })
        sample.artifacts.removeAll { $0.repository == bff.repository }
        sample.artifacts.append(
            ReleaseEvidence.Artifact(
                role: .extraImage, name: "docker.io/library/nats", repository: bff.repository,
                digest: bff.digest))
        let report = try sample.report(try trust([vendor]))
        #expect(report.refusals == [])
        #expect(report.object("docker.io/library/nats")?.reason == "no-policy")
    }
}
