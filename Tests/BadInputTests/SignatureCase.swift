import CommandRunner
import Foundation
import Testing

/// A row of `testdata/trust/blobs/cases.tsv`, as a command line.
struct SignatureCase: Sendable, CustomTestStringConvertible {
    let name: String
    let artifact: String
    private let files: [String]
    private let root: String
    private let signer: String
    private let require: String
    let predicate: String
    let verdict: String
    let reason: String

    static let folder = Sample.folder + "/trust/blobs"
    static let release = "v1.0.0-beta"
    static let commit = "0123456789abcdef0123456789abcdef01234567"

    var testDescription: String { name }
    var isForImage: Bool { artifact == "image.json" }
    var isByWorkflow: Bool { signer == "workflow" }
    var path: String { "\(Self.folder)/\(name)" }
    var artifactPath: String { "\(Self.folder)/\(artifact)" }
    var rootPath: String { "\(Self.folder)/\(root)" }
    var keyPath: String { "\(Self.folder)/\(signer)" }

    static func all() throws -> [SignatureCase] {
        try String(contentsOfFile: folder + "/cases.tsv", encoding: .utf8).split(separator: "\n").dropFirst()
            .map { line in
                let row = line.split(separator: "\t").map(String.init)
                try #require(row.count == 10)
                return SignatureCase(
                    name: row[0], artifact: row[1], files: row[2].split(separator: " ").map(String.init),
                    root: row[3], signer: row[4], require: row[5] == "-" ? "" : row[5],
                    predicate: row[6] == "-" ? "" : row[6], verdict: row[7], reason: row[8])
            }
    }

    static func named(_ name: String) throws -> SignatureCase {
        try #require(try all().first { $0.name == name })
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The options that name the evidence.
    var evidence: [String] {
        files.flatMap { name in
            switch name {
            case "artifact.sig": ["--signature", file(name)]
            case "artifact.pem": ["--certificate", file(name)]
            case "artifact.tsr": ["--rfc3161-timestamp", file(name)]
            default: ["--bundle", file(name)]
            }
        }
    }

    /// The command up to the options that say whom to believe.
    var command: [String] {
        predicate.isEmpty
            ? ["verify-blob", artifactPath] + evidence
            : ["verify-attestation", artifactPath, "--type", predicate] + evidence
    }

    /// Whom the case believes: a key, or the release's workflow by a trust file that is written to `place`.
    func trust(in place: Scratch) throws -> [String] {
        guard isByWorkflow else {
            return ["--key", keyPath, "--trusted-root", rootPath]
                + (require.isEmpty ? ["--insecure-ignore-tlog"] : [])
        }
        let asked = require.split(separator: "=")
        let requirement = asked.count == 2 ? #","require":{"\#(asked[0])":\#(asked[1])}"# : ""
        let path = place.path + "/trust.json"
        let text = """
            {"version":1,"roots":[{"name":"test-data","file":"\(rootPath)"\(requirement)}],
             "policies":[{"match":{"files":["artifact.txt","other-artifact.txt"],"images":["*/*","*/*/*"]},"any-of":[
               {"root":"test-data","certificate-oidc-issuer":"\(Self.issuer)",
                "certificate-identity":"\(Self.workflow)@refs/tags/{version}","source-repository":"\(Self.repository)",
                "source-digest":"{commit}","source-ref":"refs/tags/{version}","runner-environment":"github-hosted"}]}]}
            """
        try Data(text.utf8).write(to: URL(filePath: path))
        return ["--trust", path, "--release", Self.release, "--commit", Self.commit]
    }

    /// The same said with options, as far as cosign has them.
    var options: [String] {
        guard isByWorkflow else {
            return ["--key", keyPath, "--trusted-root", rootPath]
                + (require.isEmpty ? ["--insecure-ignore-tlog"] : [])
        }
        return Self.identity + ["--trusted-root", rootPath]
            + (require.isEmpty ? [] : ["--require", require])
    }

    static let issuer = "https://token.actions.githubusercontent.com"
    static let repository = "https://github.com/cloudgrid-dev/cloudgrid"
    static let workflow = repository + "/.github/workflows/release.yml"
    static let identity = [
        "--certificate-identity", "\(workflow)@refs/tags/\(release)", "--certificate-oidc-issuer", issuer,
        "--source-repository", repository, "--certificate-github-workflow-ref", "refs/tags/\(release)",
        "--certificate-github-workflow-repository", "cloudgrid-dev/cloudgrid",
        "--certificate-github-workflow-sha", commit,
    ]
}
