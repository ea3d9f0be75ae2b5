package import LibCrypto

/// A vendor's public key, when it is to be believed, and whether its signatures must stand in a log.
package struct TrustedKey: Hashable, Sendable {
    package enum LogEntry: Hashable, Sendable {
        case required, optional
    }

    package let name: String
    package let key: VerificationKey
    /// Where either end is given, a signature needs a proven time inside.
    package let validFrom: Timestamp?
    package let validTo: Timestamp?
    package let tlog: LogEntry

    package init(
        name: String, key: VerificationKey, validFrom: Timestamp? = nil, validTo: Timestamp? = nil,
        tlog: LogEntry = .optional
    ) {
        self.name = name
        self.key = key
        self.validFrom = validFrom
        self.validTo = validTo
        self.tlog = tlog
    }

    package var id: KeyID { KeyID(of: key) }

    var window: ValidityWindow? {
        guard validFrom != nil || validTo != nil else { return nil }
        return ValidityWindow(start: validFrom ?? Timestamp(seconds: 0), end: validTo)
    }
}
