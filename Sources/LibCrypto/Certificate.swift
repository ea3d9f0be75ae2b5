import CLibCrypto

/// An X.509 certificate, read once and known by its bytes.
///
/// Owning one means only that it can be read: all bytes are used, they are DER, no extension stands twice, none that
/// OpenSSL knows is broken. Whom it speaks for is proved by a path to an authority, at a time.
///
/// RFC 5280, section 4.1.
package struct Certificate: Sendable {
    /// A certificate of a signer has less than 4 KiB; OpenSSL's work grows with the size.
    package static let maximumByteCount = 65_536

    package let der: [UInt8]
    /// The first and the last second of its validity, in Unix time.
    package let notBefore, notAfter: Int64
    package let isVersion3: Bool
    /// Whether it can be taken for a certificate of an authority, in the widest reading.
    package let isAuthority: Bool
    /// Whether issuer and subject have one name.
    package let isSelfIssued: Bool
    /// Whether the key usage is stated and has digital signatures in it.
    package let allowsDigitalSignature: Bool
    package let subjectAlternativeNames: [AlternativeName]
    /// The names in RFC 4514's form, for messages only.
    package let subjectText, issuerText: String
    let extendedKeyUses: ExtendedKeyUses
    let spki: [UInt8]
    private let extensions: [OID: [UInt8]]

    /// Reads a certificate in DER, all of it.
    package init(der: [UInt8]) throws(CertificateError) {
        guard der.count <= Self.maximumByteCount else { throw .unreadable(found: "\(der.count) bytes") }
        guard let raw = Self.parse(der) else { throw .unreadable(found: "other bytes") }
        defer {
            X509_free(raw)
            OpenSSLErrors.clear()
        }
        // The signed part keeps its bytes; the shell around it has a single spelling.
        guard [UInt8](encodedWith: { i2d_X509(raw, &$0) }) == der else {
            throw .unreadable(found: "an encoding other than DER")
        }
        let view = X509View(raw: raw)
        extensions = try view.extensions()
        guard view.extensionFlags & UInt32(EXFLAG_INVALID) == 0 else {
            throw .unreadable(found: "an extension that is broken")
        }
        notBefore = try view.seconds(X509_get0_notBefore(raw))
        notAfter = try view.seconds(X509_get0_notAfter(raw))
        isVersion3 = X509_get_version(raw) == 2
        // OpenSSL takes no certificate for an authority whose key usage forbids it, whatever else it says of itself.
        isAuthority = X509_check_ca(raw) != 0 || view.extensionFlags & UInt32(EXFLAG_CA) != 0
        isSelfIssued = view.extensionFlags & UInt32(EXFLAG_SI) != 0
        // OpenSSL answers with every use where the extension is absent.
        let hasKeyUsage = view.extensionFlags & UInt32(EXFLAG_KUSAGE) != 0
        allowsDigitalSignature = hasKeyUsage && X509_get_key_usage(raw) & UInt32(KU_DIGITAL_SIGNATURE) != 0
        let hasUses = view.extensionFlags & UInt32(EXFLAG_XKUSAGE) != 0
        extendedKeyUses = ExtendedKeyUses(flags: hasUses ? X509_get_extended_key_usage(raw) : nil)
        subjectAlternativeNames = view.alternativeNames()
        subjectText = view.text(X509_get_subject_name(raw))
        issuerText = view.text(X509_get_issuer_name(raw))
        spki = [UInt8](encodedWith: { i2d_X509_PUBKEY(X509_get_X509_PUBKEY(raw), &$0) }) ?? []
        self.der = der
    }

    package var allowsCodeSigning: Bool { extendedKeyUses.names(.codeSigning) }

    /// Whether the time, in Unix seconds, lies in the validity, both ends included (RFC 5280, section 4.1.2.5).
    package func isValid(at time: Int64) -> Bool {
        notBefore <= time && time <= notAfter
    }

    /// The octets of the extension with this dotted identifier; `nil` where there is none.
    package func extensionValue(oid: String) -> [UInt8]? {
        extensions[OID(text: oid)]
    }

    /// The public key, if it is one that evidence may be checked with.
    package func key() throws(KeyError) -> VerificationKey {
        try VerificationKey(spki: spki)
    }

    /// OpenSSL's form of the certificate, which whoever asked frees.
    func parsed() -> OpaquePointer {
        // The bytes were read before, so only memory can be missing.
        guard let raw = Self.parse(der) else { OpenSSLErrors.stopWithoutMemory() }
        return raw
    }

    private static func parse(_ der: [UInt8]) -> OpaquePointer? {
        der.decoded(with: { d2i_X509(nil, &$0, $1) }, freeing: { X509_free($0) })
    }
}

extension Certificate: Hashable {
    package static func == (one: Certificate, other: Certificate) -> Bool {
        one.der == other.der
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(der)
    }
}
