import LibCrypto
import Testing

@Suite(.enabled(if: OpenSSLTool.isInstalled)) struct CertificateChainTests {
    typealias Extensions = CertificateWorkshop.Extensions

    /// A root, an intermediate and a leaf; what is given here differs from the good ones.
    static func chain(
        root: [String] = Extensions.authority, middle: [String] = Extensions.authority,
        leaf: [String] = Extensions.signer, hash: String = "sha256", curve: String? = "P-256",
        in workshop: CertificateWorkshop,
    ) throws -> (leaf: Certificate, middle: Certificate, root: Certificate) {
        let root = try workshop.certificate("root", root, curve: curve)
        let middle = try workshop.certificate("middle", by: "root", middle, hash: hash, curve: curve)
        let leaf = try workshop.certificate("leaf", by: "middle", leaf)
        return (leaf, middle, root)
    }

    /// The reason why there is no path; `nil` if there is one.
    static func reason(
        from leaf: Certificate, to authority: [Certificate], for use: ExtendedKeyUse = .codeSigning,
    ) -> String? {
        do {
            _ = try CertificateChain.path(from: leaf, to: authority, for: use)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a path leads from the leaf to the authority's last certificate`() throws {
        let (leaf, middle, root) = try Self.chain(in: CertificateWorkshop())
        #expect(try CertificateChain.path(from: leaf, to: [middle, root]) == [leaf, middle, root])
        #expect(try CertificateChain.path(from: leaf, to: [middle]) == [leaf, middle])
        #expect(try CertificateChain.path(from: leaf, to: [root, middle]) == [leaf, middle])
    }

    @Test func `helpers are not anchors`() throws {
        let (leaf, middle, root) = try Self.chain(in: CertificateWorkshop())
        let other = try CertificateWorkshop().certificate("other", Extensions.authority)
        #expect(
            Self.reason(from: leaf, to: [middle, root, other])
                == "the certificate of CN=leaf,O=Example does not lead to the authority: "
                + "self-signed certificate in certificate chain")
        #expect(Self.reason(from: leaf, to: [root])?.contains("unable to get local issuer") == true)
        #expect(Self.reason(from: leaf, to: [leaf]) != nil)
    }

    @Test func `an authority of the same name with another key leads nowhere`() throws {
        let (leaf, middle, _) = try Self.chain(in: CertificateWorkshop())
        let (_, otherMiddle, otherRoot) = try Self.chain(in: CertificateWorkshop())
        #expect(Self.reason(from: leaf, to: [otherRoot]) != nil)
        #expect(Self.reason(from: leaf, to: [otherMiddle]) != nil)
        #expect(Self.reason(from: leaf, to: [middle, otherRoot]) != nil)
    }

    @Test func `the time of day is not looked at`() throws {
        let workshop = try CertificateWorkshop()
        let past = ("20010101000000Z", "20010101000100Z")
        let root = try workshop.certificate("root", Extensions.authority, from: past.0, to: past.1)
        let leaf = try workshop.certificate("leaf", by: "root", Extensions.signer, from: past.0, to: past.1)
        #expect(try CertificateChain.path(from: leaf, to: [root]) == [leaf, root])
    }

    @Test func `an authority has one to sixteen certificates`() throws {
        let (leaf, middle, root) = try Self.chain(in: CertificateWorkshop())
        #expect(throws: CertificateError.count(0)) { try CertificateChain.path(from: leaf, to: []) }
        let many = Array(repeating: middle, count: 15) + [root]
        #expect(try CertificateChain.path(from: leaf, to: many).count == 3)
        #expect(throws: CertificateError.count(17)) {
            try CertificateChain.path(from: leaf, to: [middle] + many)
        }
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        let what: String
        var root = Extensions.authority
        var middle = Extensions.authority
        var leaf = Extensions.signer
        var hash = "sha256"
        var curve: String? = "P-256"
        let reason: String
        var testDescription: String { what }
    }

    @Test(arguments: [
        Fault(
            what: "an issuer that is no authority",
            middle: ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature"],
            reason: "invalid CA certificate"),
        Fault(
            what: "an issuer whose key may not sign certificates",
            middle: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign"],
            reason: "invalid CA certificate"),
        Fault(
            what: "an issuer that leaves open whether it is an authority",
            middle: ["basicConstraints=CA:TRUE", "keyUsage=critical,keyCertSign"],
            reason: "Basic Constraints of CA cert not marked critical"),
        Fault(
            what: "a path longer than the root allows",
            root: ["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign"],
            reason: "path length constraint exceeded"),
        Fault(
            what: "a name outside the issuer's constraints",
            middle: Extensions.authority + ["nameConstraints=critical,permitted;URI:.other.org"],
            reason: "permitted subtree violation"),
        Fault(
            what: "a critical extension that nobody knows",
            leaf: Extensions.signer + ["1.2.3.4=critical,DER:0500"], reason: "unhandled critical extension"),
        Fault(what: "SHA-1", hash: "sha1", reason: "CA signature digest algorithm too weak"),
        Fault(what: "RSA of 1024 bits", curve: nil, reason: "CA certificate key too weak"),
        Fault(
            what: "a leaf for another use",
            leaf: ["keyUsage=critical,digitalSignature", "extendedKeyUsage=timeStamping"],
            reason: "the certificate of CN=leaf,O=Example is not for code signing"),
        Fault(
            what: "a leaf for any use", leaf: ["extendedKeyUsage=anyExtendedKeyUsage"],
            reason: "the certificate of CN=leaf,O=Example is not for code signing"),
        Fault(
            what: "an issuer for another use",
            middle: Extensions.authority + ["extendedKeyUsage=timeStamping"],
            reason: "the certificate of CN=middle,O=Example is not for code signing"),
        Fault(
            what: "a root for another use", root: Extensions.authority + ["extendedKeyUsage=serverAuth"],
            reason: "the certificate of CN=root,O=Example is not for code signing"),
    ])
    func `no path leads over`(fault: Fault) throws {
        let (leaf, middle, root) = try Self.chain(
            root: fault.root, middle: fault.middle, leaf: fault.leaf, hash: fault.hash, curve: fault.curve,
            in: CertificateWorkshop())
        let found = Self.reason(from: leaf, to: [middle, root])
        #expect(found?.contains(fault.reason) == true, "\(found ?? "a path")")
    }

    @Test func `an issuer that names the use, or any use, is an issuer for it`() throws {
        for use in ["codeSigning", "anyExtendedKeyUsage", "timeStamping,codeSigning"] {
            let (leaf, middle, root) = try Self.chain(
                middle: Extensions.authority + ["extendedKeyUsage=\(use)"], in: CertificateWorkshop())
            #expect(Self.reason(from: leaf, to: [middle, root]) == nil)
            #expect(Self.reason(from: leaf, to: [middle, root], for: .timeStamping) != nil)
        }
    }
}
