package import StrictJSON

/// What is wrong with a document of the OCI graph.
package enum OCIError: Error {
    case json(JSONError)
    case shape(JSONError)
    case digest(DigestError, at: String, in: String)
    case schemaVersion(Int64, in: String)
    case schema1(String)
    case unknownType(MediaType, String)
    case confusion(String, MediaType, member: String)
    case mismatch(String, expected: MediaType, found: MediaType?)
    case tooMany(String, found: Int, limit: Int)
    case dataSize(at: String, in: String)
    case data(Digest, at: String, in: String)

    package var reason: String {
        switch self {
        case .json(let error): error.reason
        // A document that is good JSON but not a good manifest has a word of its own; numbers keep theirs.
        case .shape(let error): error.reason == "json.shape" ? "manifest.shape" : error.reason
        case .digest(let error, _, _): error.reason
        case .schemaVersion: "manifest.shape"
        case .schema1: "type.schema1"
        case .unknownType: "type.unknown"
        case .confusion: "type.confusion"
        case .mismatch: "type.mismatch"
        case .tooMany: "graph.count"
        case .dataSize: "descriptor.datasize"
        case .data: "descriptor.data"
        }
    }

    /// Whether the content is other than promised, instead of being written in a wrong form.
    package var isAboutContent: Bool {
        if case .data = self { true } else { false }
    }

    /// Runs typed reads of a document's members and says of a failure that the document has another shape.
    package static func shaped<T>(_ read: () throws(JSONError) -> T) throws(OCIError) -> T {
        do {
            return try read()
        } catch {
            throw .shape(error)
        }
    }
}

extension OCIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error), .shape(let error): error.description
        case .digest(let error, let pointer, let document): "\(document): \(pointer): \(error)"
        case .schemaVersion(let found, let document): "\(document): schemaVersion is \(found), expected 2"
        case .schema1(let document):
            "\(document): is a Docker schema 1 manifest, which is not carried; have the image rebuilt or converted"
        case .unknownType(let type, let document):
            "\(document): media type \"\(type)\" is neither an image index nor an image manifest"
        case .confusion(let document, let type, let member):
            "\(document): is named as \(type) but has the member \"\(member)\""
        case .mismatch(let document, let expected, let found):
            "\(document): is named as \(expected) but "
                + (found.map { "says of itself \"\($0)\"" } ?? "does not say its own media type")
        case .tooMany(let document, let found, let limit):
            "\(document): lists \(found) descriptors, at most \(limit) are allowed"
        case .dataSize(let pointer, let document):
            "\(document): \(pointer): embeds more than \(Descriptor.maximumDataSize) bytes"
        case .data(let digest, let pointer, let document):
            "\(document): \(pointer): embedded bytes are not \(digest)"
        }
    }
}
