import Testing
import Trust

/// What other verifiers once believed, each by the name under which it is known.
@Suite struct KnownBypassTests {
    private func refusal(casebook name: String) throws -> EvidenceReason? {
        let row = try CasebookRow.named(name)
        return fault { () throws(EvidenceFault) in _ = try row.verify() }?.reason
    }

    private func refusal(forged name: String) throws -> EvidenceReason? {
        let evidence = try ForgedEvidence.named(name)
        return fault { () throws(EvidenceFault) in _ = try evidence.verify() }?.reason
    }

    @Test func `CVE-2022-23649: an image signature's log entry has to be of that signature`() throws {
        #expect(try refusal(casebook: "image-signature-entry-of-other") == .entry)
    }

    @Test func `CVE-2022-35929: an attestation of another type than asked for is none`() throws {
        #expect(try refusal(casebook: "attestation-other-predicate") == .predicate)
        #expect(try refusal(forged: "image-attestation: another predicate type") == .predicate)
    }

    @Test
    func
        `CVE-2022-36056: a blob's bundle is bound to the blob, its entry is checked, and a bad one is fatal`()
        throws
    {
        #expect(try refusal(casebook: "legacy-entry-of-other-digest") == .entry)
        #expect(try refusal(casebook: "legacy-entry-of-other-signer") == .entry)
        #expect(try refusal(forged: "legacy-bundle: SET") == .set)
        #expect(try refusal(forged: "legacy-bundle: no log entry") == .notime)
        #expect(try refusal(casebook: "other-repository") == .identity)
    }

    @Test
    func `CVE-2026-22703: with a trusted root the entry is bound to digest, signature and certificate too`()
        throws
    {
        #expect(try refusal(casebook: "entry-of-other-digest") == .entry)
        #expect(try refusal(casebook: "entry-of-other-signature") == .entry)
        #expect(try refusal(casebook: "entry-of-other-signer") == .entry)
        #expect(try refusal(casebook: "rekor2-entry-of-other-digest") == .entry)
        #expect(try refusal(casebook: "rekor2-entry-of-other-signer") == .entry)
    }

    @Test func `CVE-2026-24122: the issuing authority's certificate has to hold at the proven time`() throws {
        #expect(try refusal(casebook: "authority-certificate-expired") == .time)
        #expect(try refusal(forged: "intermediate: a second after its time") == .time)
    }

    @Test func `CVE-2026-39984: a token is checked against its signer, not the first certificate in it`()
        throws
    {
        #expect(try refusal(casebook: "timestamp-certificate-in-front") == .timestamp)
    }

    @Test func `GHSA-9vcr-p3rj-q5q6: several entries of one log are one`() throws {
        #expect(try refusal(casebook: "log-counted-twice") == .log)
        #expect(try refusal(forged: "two entries of one log where two logs are asked for") == .log)
        #expect(try refusal(forged: "two timestamps of one authority") == .notime)
    }

    @Test func `GHSA-wqqc-jjcq-vfxm: a key is believed in its time only`() throws {
        #expect(try refusal(forged: "key: after its time") == .time)
        #expect(try refusal(forged: "key: before its time") == .time)
        #expect(try refusal(forged: "key: a time asked for, none proven") == .notime)
    }

    @Test func `sigstore-python 1247: a log's time counts with its promise only`() throws {
        #expect(try refusal(forged: "a log's time without its promise") == .notime)
    }

    @Test func `sigstore-java 1185: every proven time has to be within the certificate's`() throws {
        #expect(try refusal(casebook: "second-time-outside") == .time)
    }

    @Test func `sigstore-rust 160: an entry of the log is not any entry of the log`() throws {
        #expect(try refusal(casebook: "attestation-entry-of-other-payload") == .entry)
        #expect(try refusal(casebook: "attestation-dsse-entry-of-other-signature") == .entry)
        #expect(try refusal(casebook: "attestation-intoto-entry-of-other-signature") == .entry)
    }

    @Test
    func `GHSA-8pmp-678w-c8xx: an entry that a search found has to be of the signature it was searched for`()
        throws
    {
        #expect(try refusal(casebook: "entry-of-other-signature") == .entry)
    }

    @Test func `CVE-2024-45395: lists of entries and timestamps have an end`() throws {
        #expect(try refusal(forged: "33 entries") == .json)
        #expect(try refusal(forged: "33 timestamps") == .json)
    }

    @Test func `CVE-2025-66564: a timestamp has a size`() throws {
        #expect(try refusal(forged: "timestamp without end") == .timestamp)
    }

    @Test func `CVE-2024-29902: a payload and detached files have a size`() throws {
        let large = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
        let annotations = ["dev.cosignproject.cosign/signature": "AAAA"]
        let image = fault { () throws(EvidenceFault) in
            _ = try SignedEvidence(imageSignature: large, annotations: annotations, name: "image")
        }
        #expect(image?.reason == .format)
        let detached = fault { () throws(EvidenceFault) in
            _ = try SignedEvidence(signature: large, name: "blob")
        }
        #expect(detached?.reason == .format)
    }

    @Test func `a key that a bundle brings along is compared with the trusted one and never used`() throws {
        #expect(try refusal(casebook: "key-brought-along") == .key)
    }

    @Test func `a certificate of one instance and a log of another prove nothing together`() throws {
        #expect(try refusal(forged: "a certificate of one instance, a log of another") == .log)
    }

    @Test func `a trusted root that was emptied does not lower the bar`() throws {
        #expect(try refusal(forged: "a root whose CT logs were taken out") == .root)
        #expect(try refusal(forged: "a root whose logs were taken out") == .root)
    }
}
