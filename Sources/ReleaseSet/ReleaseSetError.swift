package import OCI
package import StrictJSON

/// What is wrong with the files that make a release.
package enum ReleaseSetError: Error, Hashable, Sendable {
    case json(JSONError)
    case yaml(document: String, YAMLError)
    case version(String)
    case fileName(String)
    case duplicateFileName(String, String)
    case manifest(pointer: String, expected: String, found: String)
    case digest(DigestError, pointer: String)
    case imageCollision(name: String, pointers: [String])
    case checksumSize(document: String, found: Int, limit: Int)
    case checksumLine(document: String, line: Int)
    case checksumConflict(document: String, name: String, lines: [Int])
    case targetName(ReferenceError)
    case secretName(String)
    case pullSecrets(document: String, line: Int)
    case valuesShape(key: String, line: Int, expected: String)
    case valuesRepository(key: String, line: Int, expected: String, found: String)
    case valuesShared(key: String, line: Int, others: [String])
    case valuesEdit(key: String, line: Int, obstacle: String)
    case valuesDiffer(key: String)
    case composeShape(document: String, key: String, line: Int, expected: String)
    case environmentSyntax(document: String, line: Int, problem: String)

    /// Which class of refusal this is; the command line turns it into the exit status.
    package enum Kind: Sendable {
        case usage, format, content, policy, `internal`
    }

    package var kind: Kind {
        switch self {
        case .yaml(_, .outOfMemory), .valuesDiffer: .internal
        case .json, .yaml, .version, .fileName, .duplicateFileName, .manifest, .digest, .checksumSize,
            .checksumLine, .valuesShape, .valuesEdit, .pullSecrets, .composeShape, .environmentSyntax:
            .format
        case .checksumConflict: .content
        case .targetName, .secretName: .usage
        case .imageCollision, .valuesRepository, .valuesShared: .policy
        }
    }

    /// The stable word for this refusal.
    package var reason: String {
        switch self {
        case .json(let error): error.reason
        case .yaml(_, let error): error.reason
        case .version: "version.syntax"
        case .fileName: "name.path"
        case .duplicateFileName: "name.duplicate"
        case .manifest: "release.shape"
        case .digest(let error, _): error.reason
        case .imageCollision: "map.collision"
        case .checksumSize: "sums.size"
        case .checksumLine: "sums.syntax"
        case .checksumConflict: "sums.conflict"
        case .targetName(let error): error.reason
        case .secretName: "secret.name"
        case .valuesShape, .pullSecrets: "values.shape"
        case .valuesRepository: "values.repository"
        case .valuesShared: "values.shared"
        case .valuesEdit: "values.edit"
        case .valuesDiffer: "values.differ"
        case .composeShape: "compose.shape"
        case .environmentSyntax: "env.syntax"
        }
    }
}

extension ReleaseSetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): error.description
        case .yaml(let document, let error): "\(document): \(error)"
        case .version(let text):
            "version \"\(text)\": expected v<major>.<minor>.<patch> with an optional prerelease"
        case .fileName(let text):
            "file name \"\(text)\": expected one path component of ASCII letters, digits and ._+-"
        case .duplicateFileName(let first, let second):
            "file names \"\(first)\" and \"\(second)\": are one where case does not count"
        case .manifest(let pointer, let expected, let found):
            "release-manifest.json: \(pointer): expected \(expected), found \(found)"
        case .digest(let error, let pointer):
            "release-manifest.json: \(pointer): \(error)"
        case .imageCollision(let name, let pointers):
            "release-manifest.json: \(pointers.joined(separator: " and ")) both give the image \(name)"
        case .checksumSize(let document, let found, let limit):
            "\(document): has \(found) bytes, more than the \(limit) allowed"
        case .checksumLine(let document, let line):
            "\(document): line \(line): expected 64 lowercase hex digits, two spaces and a name"
        case .checksumConflict(let document, let name, let lines):
            "\(document): lines \(lines.map { "\($0)" }.joined(separator: " and ")) give \(name) different digests"
        case .targetName(let error): error.description
        case .secretName(let text):
            "pull secret \"\(text)\": expected lowercase letters, digits and - in components with dots between them"
        case .pullSecrets(let document, let line):
            "\(document): line \(line): global.imagePullSecrets: expected a list of mappings with the name of a secret"
        case .valuesShape(let key, let line, let expected):
            "release-values.yaml: line \(line): \(key): expected \(expected)"
        case .valuesRepository(let key, let line, let expected, let found):
            "release-values.yaml: line \(line): \(key): expected the image \(expected), found \"\(found)\""
        case .valuesShared(let key, let line, let others):
            "release-values.yaml: line \(line): \(key) shares its node with \(others.joined(separator: ", ")), "
                + "which must not change with it"
        case .valuesEdit(let key, let line, let obstacle):
            "release-values.yaml: line \(line): \(key): cannot be changed in place: \(obstacle)"
        case .valuesDiffer(let key):
            "release-values.yaml: \(key): came out of the edit otherwise than it was meant"
        case .composeShape(let document, let key, let line, let expected):
            "\(document): line \(line): \(key): expected \(expected)"
        case .environmentSyntax(let document, let line, let problem):
            "\(document): line \(line): \(problem)"
        }
    }
}
