package import OCI
package import SystemPackage

/// The target that a record serves, of which there is one.
package enum RecordTarget: Hashable, Sendable {
    case registry(RegistryLocation)
    /// An OCI layout; `workingFolder` resolves the relative names in lines of earlier versions.
    case layout(FilePath, workingFolder: FilePath)

    /// Registry host with its prefix, or the absolute path of the layout.
    package var name: String {
        switch self {
        case .registry(let location): location.description
        case .layout(let path, let folder): Self.absolute(path, in: folder).string
        }
    }

    /// Returns true if a line of the log has this target.
    func matches(_ logged: String) -> Bool {
        switch self {
        case .registry: logged == name
        case .layout(_, let folder): Self.absolute(FilePath(logged), in: folder).string == name
        }
    }

    private static func absolute(_ path: FilePath, in folder: FilePath) -> FilePath {
        folder.pushing(path).lexicallyNormalized()
    }
}
