import LibCrypto

/// The check that certificate transparency logs of the root have seen the certificate.
///
/// A promise of a known log that does not verify is a lie and refuses the certificate; one of an unknown log counts for
/// nothing.
///
/// RFC 6962, section 3.2.
enum SCTCheck {
    /// Returns the logs that vouch for the certificate.
    static func check(_ path: CertificatePath, in root: RequiredRoot) throws(EvidenceFault) -> [TrustedLog] {
        let leaf = path.certificates[0]
        let promises: [SignedCertificateTimestamp]
        do throws(CertificateError) {
            promises = try leaf.signedCertificateTimestamps()
        } catch {
            throw fault("\(error)")
        }
        var logs: [TrustedLog] = []
        for promise in promises {
            for log in root.root.ctLogs where log.id == promise.logID {
                guard promise.isValid(leaf: leaf, issuer: path.issuer, key: log.key) else {
                    throw fault("the timestamp of \(log.name) does not fit it")
                }
                let time = Timestamp(seconds: promise.seconds)
                guard log.window.contains(time) else {
                    throw fault("\(log.name) holds \(log.window), expected it to hold at \(time)")
                }
                logs.append(log)
            }
        }
        let count = Set(logs.map(\.counted)).count
        guard count >= root.requires.sct else {
            throw fault(
                "expected timestamps of \(root.requires.sct) certificate transparency log(s) of \"\(root.name)\", found "
                    + "\(count), and \(promises.count - logs.count) of other logs")
        }
        return logs
    }

    private static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.sct, "the certificate's transparency: \(text)")
    }
}
