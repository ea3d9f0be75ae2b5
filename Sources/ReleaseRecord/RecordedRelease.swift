package import BundleFormat
package import OCI
package import ReleaseSet
import StrictJSON

/// The parts of a `deployment-record.json` that an installation depends on, read back from the release's folder.
package struct RecordedRelease: Sendable {
    package struct Image: Hashable, Sendable {
        /// The name by which clusters pull, without tag and digest.
        package let name: String
        package let digest: Digest

        package var reference: String { "\(name)@\(digest)" }
    }

    package static let documentName = DeploymentRecord.name
    package static let sizeLimit = DeploymentRecord.maximumSize
    /// Path of the last values in the release's folder.
    package static let lastValuesPath = RecordPart.install.path(LastValues.name)

    /// The registry and prefix from which clusters pull.
    package let pullLocation: String
    package let pullSecret: PullSecretName?
    package let images: [Image]
    /// Digest of every file of the folder, by path.
    private let files: [String: Digest]

    package init(_ bytes: [UInt8]) throws(Finding) {
        let name = Self.documentName
        do {
            let root = try StrictJSON.parseObject(
                bytes, name: name, limits: JSONLimits(bytes: Self.sizeLimit, values: 2_000_000))
            guard let location = try root.optional("pullLocation")?.string() else {
                throw Finding(
                    .usage, "record.nomirror", at: .target,
                    "\(name): names no location to pull from; import with --registry or --pull-as")
            }
            let prefix = try root.member("target").string() + "/"
            pullLocation = location
            pullSecret = try root.optional("pullSecret").map { try PullSecretName(try $0.string()) }
            images = try root.member("images").array().map { image in
                let mirrored = try image.member("mirrored").string()
                guard mirrored.hasPrefix(prefix), let end = mirrored.lastIndex(of: "@") else {
                    throw image.shape(expected: "a reference below \(prefix)", found: mirrored)
                }
                let below = mirrored[..<end].dropFirst(prefix.count)
                return Image(
                    name: "\(location)/\(below)", digest: try Digest(try image.member("digest").string()))
            }
            let files = try root.member("files").array().map { file in
                (try file.member("name").string(), try Digest(try file.member("digest").string()))
            }
            self.files = Dictionary(files) { first, _ in first }
        } catch let finding as Finding {
            throw finding
        } catch let error as JSONError {
            throw Finding(.format, error.reason, at: .target, error.description)
        } catch {
            throw Finding(.format, "record.shape", at: .target, "\(name): \(error)")
        }
    }

    /// The paths of the script and of the files that helm reads.
    package var installedPaths: [String] {
        let single = [RecordPlan.mirroredValuesName, LastValues.name, InstallScript.name].map {
            RecordPart.install.path($0)
        }
        return files.keys.filter { path in
            single.contains(path) || path.hasPrefix(RecordPart.install.path("chart/"))
                || (path.hasPrefix(RecordPart.release.path("")) && path.hasSuffix(".tgz"))
        }.sorted()
    }

    /// Refuses a file whose content is not what the import wrote.
    package func require(_ bytes: [UInt8], at path: String) throws(Finding) {
        guard let expected = files[path] else {
            throw Finding(
                .content, "record.changed", at: .target,
                "\(path): is not among the files of \(Self.documentName); write the folder again with `cgbundle record rebuild`"
            )
        }
        let found = Digest(of: bytes)
        guard found == expected else {
            throw Finding(
                .content, "record.changed", at: .target,
                "\(path): has digest \(found), expected \(expected); write the folder again with `cgbundle record rebuild`",
                about: found)
        }
    }
}
