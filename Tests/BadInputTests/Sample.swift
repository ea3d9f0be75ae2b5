import CommandRunner
import Foundation

/// A folder of a test's own; `Servers` has a type of the same name as the one behind it.
typealias Scratch = TemporaryFolder

/// The release and the keys of `testdata`.
enum Sample {
    static let folder = CommandRunner.checkout + "/testdata"
    static let release = folder + "/sample/release"
    static let images = folder + "/sample/images"
    static let golden = folder + "/golden/golden.tar"

    /// Who has to have signed the sample.
    static let trust = ["--trust", folder + "/trust/trust.json"]

    static func publicKey(_ name: String) -> String { "\(folder)/keys/\(name).pub" }

    static func publicKeys(_ names: [String]) -> [String] { names.flatMap { ["--key", publicKey($0)] } }

    /// A copy with its own mode, which git does not keep.
    static func privateKey(_ name: String, in place: Scratch, mode: Int = 0o600) throws -> String {
        let copy = "\(place.path)/\(name).key"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: "\(folder)/keys/\(name).key", toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: copy)
        return copy
    }

    /// The command that makes a bundle of the release from its OCI layout.
    static func export(
        to output: String, release: String = release, images: String = images, keys: [String],
        options: [String] = [],
    ) -> [String] {
        ["export", release, "--images", images, "--output", output] + trust
            + keys.flatMap { ["--key", $0] } + options
    }
}

/// A bundle of the sample, made by the program.
struct SampleBundle {
    let place: Scratch
    let file: String

    init(signers: [String] = ["alice"], options: [String] = []) throws {
        place = try Scratch()
        file = place.path + "/cloudgrid.tar"
        let keys = try signers.map { [place] name in try Sample.privateKey(name, in: place) }
        let result = try CommandRunner.cgbundle(Sample.export(to: file, keys: keys, options: options))
        guard result.status == 0 else { throw SampleError(result.errors) }
    }

    func statement() throws -> SampleStatement {
        try JSONDecoder().decode(SampleStatement.self, from: try bytes(file + ".statement.json"))
    }
}

/// The members of a statement that tests look at.
struct SampleStatement: Decodable {
    struct Entry: Decodable {
        let path: String
    }

    let entries: [Entry]
}

struct SampleError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
