import BundleFormat
import Glibc
import Registry
import SystemPackage

/// The files that hold credentials for registries, in the order in which they are asked (docs/registries.md).
enum CredentialFiles {
    private static let maximumSize = 4 << 20

    /// The one file that the user named, or those of docker and podman that are there.
    static func documents(named only: String?) throws -> [CredentialDocument] {
        if let only = only ?? Environment["REGISTRY_AUTH_FILE"] { return [try document(only)] }
        let home = Environment["HOME"]
        let candidates = [
            Environment["DOCKER_CONFIG"].map { $0 + "/config.json" },
            home.map { $0 + "/.docker/config.json" },
            // Podman's place where there is no session.
            Environment["XDG_RUNTIME_DIR"].map { $0 + "/containers/auth.json" }
                ?? "/run/containers/\(getuid())/auth.json",
            (Environment["XDG_CONFIG_HOME"] ?? home.map { $0 + "/.config" }).map {
                $0 + "/containers/auth.json"
            },
        ]
        var seen: Set<String> = []
        return try candidates.compactMap(\.self).filter { seen.insert($0).inserted && InputFile.exists($0) }
            .map(document)
    }

    private static func document(_ name: String) throws -> CredentialDocument {
        let file = try InputFile.opened(name)
        let bytes = try InputFile.bytes(of: file, limit: maximumSize)
        return try CredentialDocument(bytes, name: name, distrust: try distrust(of: file))
    }

    /// Who may write the file chooses the helper that is run, so that may only be its user, or root.
    private static func distrust(of file: PositionedFile) throws(Finding) -> String? {
        var status = stat()
        guard fstat(file.descriptor.rawValue, &status) == 0 else {
            throw Finding(.local, "read.io", at: .file, "\(file.path): error \(errno)")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            return "the file belongs to another user, so no program that it names is run"
        }
        guard status.st_mode & 0o022 == 0 else {
            return "others may write the file, so no program that it names is run: chmod go-w \(file.path)"
        }
        return nil
    }
}

/// What the caller's environment says; an empty value counts as none.
enum Environment {
    static subscript(name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }

    static var all: [String: String] {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return values
    }
}
