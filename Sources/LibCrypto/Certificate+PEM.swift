extension Certificate {
    private static let label = "CERTIFICATE"

    /// Reads a text with exactly one PEM block `CERTIFICATE`.
    package init(pem: [UInt8]) throws(CertificateError) {
        let all = try Self.contents(of: pem, atMost: 1)
        guard let only = all.first else { throw .unreadable(found: "no PEM block") }
        try self.init(der: only)
    }

    /// Reads a text of PEM blocks `CERTIFICATE`, in their order; there is at least one.
    package static func list(pem: [UInt8]) throws(CertificateError) -> [Certificate] {
        try contents(of: pem, atMost: CertificateChain.limit).map { (der) throws(CertificateError) in
            try Certificate(der: der)
        }
    }

    /// The certificate as a PEM block of 64 columns with a final newline, the form that log entries hold.
    package var pem: [UInt8] {
        PEMBlock.text(label: Self.label, content: der)
    }

    private static func contents(of pem: [UInt8], atMost limit: Int) throws(CertificateError) -> [[UInt8]] {
        do throws(PEMFault) {
            return try PEMBlock.contents(of: pem, label: label, atMost: limit)
        } catch {
            throw .unreadable(found: error.found)
        }
    }
}
