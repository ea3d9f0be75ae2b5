import LibCrypto
import Testing

/// A leaf, the certificate above it, and what a log said of the leaf.
private struct LoggedLeaf {
    let workshop: CertificateWorkshop
    let issuer: Certificate
    let log: PrivateKey
    var time: UInt64 = 1_767_225_600_123
    var extensions: [UInt8] = []
    var signatureAlgorithm: [UInt8] = [4, 3]
    var version: UInt8 = 0
    var signer: [String] = CertificateWorkshop.Extensions.signer

    init(log: PrivateKey? = nil) throws {
        workshop = try CertificateWorkshop()
        issuer = try workshop.certificate("issuer", CertificateWorkshop.Extensions.authority)
        self.log = try log ?? .generate(.ecdsaP256)
    }

    /// The leaf without timestamps; its signed part is what the log sees.
    func bare() throws -> Certificate {
        try workshop.certificate("leaf", by: "issuer", signer)
    }

    func leaf(with value: [UInt8]) throws -> Certificate {
        let hex = value.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return try workshop.certificate(
            "leaf", by: "issuer", signer + ["1.3.6.1.4.1.11129.2.4.2=DER:\(hex)"])
    }

    func leaf(with timestamps: [[UInt8]]) throws -> Certificate {
        try leaf(with: TestDER.octets(Self.sized(timestamps.flatMap { Self.sized($0) })))
    }

    /// RFC 6962, section 3.2, written a second time.
    func timestamp() throws -> [UInt8] {
        let der = try bare().der
        try #require(der.starts(with: [0x30, 0x82]) && der[4...].starts(with: [0x30, 0x82]))
        let tbs = [UInt8](der[4..<(8 + Int(der[6]) << 8 + Int(der[7]))])
        let clock = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * UInt64($0))) }
        let signed =
            [0, 0] + clock + [0, 1] + SHA256.hash(try issuer.key().spki)
            + [0, UInt8(tbs.count >> 8), UInt8(tbs.count & 0xff)] + tbs + Self.sized(extensions)
        return try [version] + log.publicKey.id + clock + Self.sized(extensions) + signatureAlgorithm
            + Self.sized(log.sign(signed))
    }

    static func sized(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
    }
}

@Suite(.enabled(if: OpenSSLTool.isInstalled)) struct SignedCertificateTimestampTests {
    @Test(arguments: [[], [1, 2, 3, 4, 5, 6, 7, 8]] as [[UInt8]])
    func `what a log signed over the leaf is valid`(extensions: [UInt8]) throws {
        var logged = try LoggedLeaf()
        logged.extensions = extensions
        let leaf = try logged.leaf(with: [logged.timestamp()])
        let read = try #require(try leaf.signedCertificateTimestamps().first)
        #expect(read.logID == logged.log.publicKey.id)
        #expect(read.milliseconds == 1_767_225_600_123)
        #expect(read.seconds == 1_767_225_600)
        #expect(read.extensions == extensions)
        #expect(read.isValid(leaf: leaf, issuer: logged.issuer, key: VerificationKey(logged.log.publicKey)))
    }

    @Test func `a log with an RSA key is understood`() throws {
        var logged = try LoggedLeaf(
            log: PrivateKey(pem: FixedKey.rsa3072Private.bytes, passphrase: PrivateKeyTests.unasked))
        logged.signatureAlgorithm = [4, 1]
        let leaf = try logged.leaf(with: [logged.timestamp()])
        let read = try #require(try leaf.signedCertificateTimestamps().first)
        #expect(read.isValid(leaf: leaf, issuer: logged.issuer, key: VerificationKey(logged.log.publicKey)))
    }

    @Test func `a timestamp is of one leaf, one issuer and one log`() throws {
        let logged = try LoggedLeaf()
        let key = VerificationKey(logged.log.publicKey)
        let timestamp = try logged.timestamp()
        let leaf = try logged.leaf(with: [timestamp])
        let read = try #require(try leaf.signedCertificateTimestamps().first)
        #expect(read.isValid(leaf: leaf, issuer: logged.issuer, key: key))
        let otherLog = try VerificationKey(PrivateKey.generate(.ecdsaP256).publicKey)
        #expect(!read.isValid(leaf: leaf, issuer: logged.issuer, key: otherLog))
        #expect(!read.isValid(leaf: leaf, issuer: leaf, key: key))
        #expect(try !read.isValid(leaf: logged.bare(), issuer: logged.issuer, key: key))
        var other = logged
        other.signer += ["1.3.6.1.4.1.57264.1.12=ASN1:UTF8String:https://example.org/other"]
        #expect(try !read.isValid(leaf: other.leaf(with: [timestamp]), issuer: logged.issuer, key: key))
    }

    @Test func `no bit of a timestamp can be changed`() throws {
        var logged = try LoggedLeaf()
        logged.extensions = [7]
        let timestamp = try logged.timestamp()
        // The time, the extension's byte, the signature.
        for place in [33, 40, 43, 50, timestamp.count - 1] {
            var changed = timestamp
            changed[place] ^= 1
            let leaf = try logged.leaf(with: [changed])
            let read = try leaf.signedCertificateTimestamps()
            let valid = read.contains {
                $0.isValid(leaf: leaf, issuer: logged.issuer, key: VerificationKey(logged.log.publicKey))
            }
            #expect(!valid, "byte \(place)")
        }
    }

    @Test(arguments: [[5, 3], [2, 3], [4, 7]] as [[UInt8]])
    func `an algorithm that no log may use is refused`(algorithm: [UInt8]) throws {
        var logged = try LoggedLeaf()
        logged.signatureAlgorithm = algorithm
        #expect(throws: CertificateError.badExtension("of certificate timestamps", found: "other bytes")) {
            try logged.leaf(with: [logged.timestamp()]).signedCertificateTimestamps()
        }
    }

    @Test func `an algorithm that is not the log key's is not valid`() throws {
        var logged = try LoggedLeaf()
        logged.signatureAlgorithm = [4, 1]
        let leaf = try logged.leaf(with: [logged.timestamp()])
        let key = VerificationKey(logged.log.publicKey)
        #expect(
            try !leaf.signedCertificateTimestamps().contains {
                $0.isValid(leaf: leaf, issuer: logged.issuer, key: key)
            })
    }

    @Test func `timestamps of another version are left out, and those of version 1 beside them are read`()
        throws
    {
        var logged = try LoggedLeaf()
        let one = try logged.timestamp()
        logged.version = 1
        let leaf = try logged.leaf(with: [logged.timestamp(), one])
        let read = try leaf.signedCertificateTimestamps()
        #expect(read.count == 1)
        #expect(
            read.allSatisfy {
                $0.isValid(leaf: leaf, issuer: logged.issuer, key: VerificationKey(logged.log.publicKey))
            })
    }

    @Test func `a certificate without the extension has none`() throws {
        #expect(try LoggedLeaf().bare().signedCertificateTimestamps().isEmpty)
    }

    @Test func `32 timestamps are read, 33 refused`() throws {
        let logged = try LoggedLeaf()
        let one = try logged.timestamp()
        let leaf = try logged.leaf(with: Array(repeating: one, count: 32))
        #expect(try leaf.signedCertificateTimestamps().count == 32)
        #expect(throws: CertificateError.badExtension("of certificate timestamps", found: "33 of them")) {
            try logged.leaf(with: Array(repeating: one, count: 33)).signedCertificateTimestamps()
        }
    }

    @Test func `a list that is not whole, or not all, is refused`() throws {
        let logged = try LoggedLeaf()
        let list = LoggedLeaf.sized(LoggedLeaf.sized(try logged.timestamp()))
        for (why, value) in [
            ("a byte behind the list", TestDER.octets(list + [0])),
            ("a byte too few", TestDER.octets(list.dropLast())),
            ("a byte behind the string", TestDER.octets(list) + [0]),
            ("a string in pieces", TestDER.value(0x24, TestDER.octets(list))),
            ("no string", TestDER.value(0x30, list)),
            ("no bytes in the string", TestDER.octets([])),
        ] {
            #expect(
                throws: CertificateError.badExtension("of certificate timestamps", found: "other bytes"),
                "\(why)"
            ) { try logged.leaf(with: value).signedCertificateTimestamps() }
        }
    }
}
