import LibCrypto

/// A way from a signer's certificate to a trust anchor of the root: leaf first, its times not yet looked at.
struct CertificatePath {
    let certificates: [Certificate]
    let authority: TrustedAuthority

    var issuer: Certificate { certificates[1] }

    /// All ways that the root offers; a root that lists an authority twice, with other windows, offers two.
    static func all(from leaf: Certificate, in root: RequiredRoot) throws(EvidenceFault) -> [CertificatePath]
    {
        var paths: [CertificatePath] = []
        for authority in root.root.certificateAuthorities {
            do throws(CertificateError) {
                let path = try CertificateChain.path(from: leaf, to: authority.chain)
                if path.count > 1 { paths.append(CertificatePath(certificates: path, authority: authority)) }
            } catch {
                // One of the others may have issued it; what is said if none did is the same for all.
                continue
            }
        }
        guard !paths.isEmpty else {
            throw EvidenceFault(
                .chain,
                "the certificate: expected an issuer of the trusted root \"\(root.name)\", found "
                    + quoted(leaf.issuerText))
        }
        return paths
    }

    /// Refuses the path unless every certificate of it, and its authority, is to be believed at every proven time.
    ///
    /// RFC 5280, section 4.1.2.5: both ends belong to a certificate's validity.
    func check(at times: [ProvenTime]) throws(EvidenceFault) {
        for time in times {
            for certificate in certificates where !certificate.isValid(at: time.time.seconds) {
                let window = ValidityWindow(
                    start: Timestamp(seconds: certificate.notBefore),
                    end: Timestamp(seconds: certificate.notAfter))
                let name =
                    certificate == certificates.first
                    ? "the signer's certificate" : "the certificate of \(quoted(certificate.subjectText))"
                throw Self.fault(time, outside: name, window)
            }
            guard authority.window.contains(time.time) else {
                throw Self.fault(time, outside: "the authority \(authority.name)", authority.window)
            }
        }
    }

    private static func fault(_ time: ProvenTime, outside what: String, _ window: ValidityWindow)
        -> EvidenceFault
    {
        EvidenceFault(.time, "\(what): holds \(window), expected it to hold at \(time)")
    }
}
