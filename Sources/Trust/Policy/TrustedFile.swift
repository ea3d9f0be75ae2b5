import LibCrypto
package import StrictJSON

/// A file that decided who is believed, named so that whoever has it too can verify again.
package struct TrustedFile: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case trustFile = "trust-file"
        case trustedRoot = "trusted-root"
        case key
    }

    package let kind: Kind
    /// What the trust file calls a root or key; nothing where an option named the file.
    package let name: String?
    /// As the option names it, or relative to the trust file as that does.
    package let path: String
    /// Of the very bytes that were gone by.
    package let sha256: [UInt8]

    package init(_ kind: Kind, named name: String? = nil, at path: String, _ bytes: [UInt8]) {
        self.kind = kind
        self.name = name
        self.path = path
        sha256 = SHA256.hash(bytes)
    }

    package var json: JSONValue {
        var object: JSONObject = ["kind": .string(kind.rawValue)]
        if let name { object["name"] = .string(name) }
        object["file"] = .string(path)
        object["digest"] = .string("sha256:" + sha256.hex)
        return .object(object)
    }
}
