import Foundation

/// Everything in a folder but the lock of a record: names, modes and bytes.
struct FolderSnapshot: Equatable {
    struct Entry: Equatable {
        let mode: Int
        let bytes: Data?
    }

    let entries: [String: Entry]

    init(_ folder: String) throws {
        var entries: [String: Entry] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name != "lock" {
            let path = "\(folder)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            entries[name] = Entry(
                mode: attributes[.posixPermissions] as? Int ?? 0,
                bytes: attributes[.type] as? FileAttributeType == .typeRegular ? try bytes(path) : nil)
        }
        self.entries = entries
    }
}
