import BundleFormat
import Glibc
import OCI
import SystemPackage

/// Replacement of a release's folder, in the folder of its channel.
///
/// A new folder is `.NAME.partial` until it is whole. The folder that it replaces is `.NAME.old` until the log has the
/// new one. After a run that was stopped, `recover` goes on or goes back. Only files that an import wrote are deleted.
extension RecordFolder {
    static func partialName(_ name: String) -> String { ".\(name).partial" }
    private static func oldName(_ name: String) -> String { ".\(name).old" }

    /// Returns true if a run was stopped while it replaced a folder.
    borrowing func isBeingReplaced(_ name: String) throws(Finding) -> Bool {
        try status(of: Self.oldName(name)) != nil
    }

    /// Puts a folder with the content that `fill` writes at `name`; keeps a folder that was there as `.NAME.old`.
    ///
    /// - Parameter known: Paths that `fill` writes.
    borrowing func publish(
        _ name: String, known: Set<String>, fill: (borrowing RecordFolder) throws(Finding) -> Void,
    ) throws(Finding) -> Replacement {
        let (partial, old) = (Self.partialName(name), Self.oldName(name))
        var result = Replacement()
        result.keep(try retire(partial, of: name, known: known))
        do throws(Finding) {
            let folder = try madeFolder(partial)
            try fill(folder)
            try folder.flush()
            let isReplaced = try holdsFolder(name)
            if isReplaced {
                result.keep(try retire(old, of: name))
                try rename(name, to: old)
            }
            do throws(Finding) {
                try rename(partial, to: name)
            } catch {
                if isReplaced { try? rename(old, to: name) }
                throw error
            }
            try flush()
        } catch {
            // The first error is the one to report; the next run removes the rest.
            try? removeFolder(partial)
            throw error
        }
        return result
    }

    /// Goes on with a replacement that the log has, or takes one back that it does not have yet.
    borrowing func recover(_ name: String, logged: [Digest]) throws(Finding) -> Replacement {
        let (partial, old) = (Self.partialName(name), Self.oldName(name))
        guard let before = try folder(old) else { return Replacement() }
        guard let now = try folder(name) else {
            try rename(old, to: name)
            try flush()
            return Replacement()
        }
        let state = try FolderInspection(of: now, logged: nil)
        if let last = logged.last, state.document?.digest == last {
            let isFlat = try FolderInspection(of: before, logged: nil).document?.isFlat ?? false
            return try finish(name, expecting: logged, movesForeign: isFlat)
        }
        // A folder with other content than it lists is no folder of an interrupted run; the check names what is wrong.
        guard state.items.isEmpty else { return Replacement() }
        var result = Replacement()
        result.keep(try retire(partial, of: name))
        try rename(name, to: partial)
        try rename(old, to: name)
        result.keep(try retire(partial, of: name))
        try flush()
        return result
    }

    /// Carries the operator's files over from `.NAME.old` and removes it.
    ///
    /// - Parameters:
    ///   - expecting: Digests that the old `deployment-record.json` may have.
    ///   - movesForeign: Moves other files that no import wrote to `attachments/` as well.
    ///   - keepsOld: Keeps the old folder as `NAME.replaced-N`.
    borrowing func finish(
        _ name: String, expecting: [Digest], movesForeign: Bool = false, keepsOld: Bool = false,
    ) throws(Finding) -> Replacement {
        let old = Self.oldName(name)
        var result = Replacement()
        guard let before = try folder(old), let now = try folder(name) else { return result }
        try before.carryAttachments(to: now)
        if movesForeign {
            for path in try FolderInspection(of: before, logged: nil).notOurs {
                let attachments = try now.madeFolder(RecordPart.attachments.name)
                if try before.move(path.split(separator: "/").map(String.init)[...], to: attachments) {
                    result.moved.append(path)
                }
            }
        }
        try now.flush()
        result.keep(keepsOld ? try setAside(old, of: name) : try retire(old, of: name, expecting: expecting))
        try flush()
        return result
    }

    /// Removes a folder of an earlier run if every file in it is known to be written by an import; otherwise keeps it.
    ///
    /// - Returns: The path under which it is kept; `nil` if it was removed or not there.
    private borrowing func retire(
        _ leftover: String, of name: String, known: Set<String> = [], expecting: [Digest]? = nil,
    ) throws(Finding) -> FilePath? {
        guard let folder = try folder(leftover) else { return nil }
        let state = try FolderInspection(of: folder, logged: nil)
        let isExpected = state.document.map { expecting?.contains($0.digest) ?? true } ?? false
        let isWritten = isExpected && state.notOurs.isEmpty && !state.hasAttachments
        let paths = try folder.paths()
        if isWritten || known.isSuperset(of: paths) {
            try removeFolder(leftover)
            return nil
        }
        return try setAside(leftover, of: name)
    }

    private borrowing func setAside(_ folder: String, of name: String) throws(Finding) -> FilePath {
        var number = 1
        while try status(of: "\(name).replaced-\(number)") != nil { number += 1 }
        try rename(folder, to: "\(name).replaced-\(number)")
        return path.appending("\(name).replaced-\(number)")
    }

    private borrowing func holdsFolder(_ name: String) throws(Finding) -> Bool {
        switch try folder(name) {
        case .some: true
        case .none: false
        }
    }
}

/// Effects of a replacement on files that no import wrote.
struct Replacement: Sendable {
    /// Paths of files that are now in `attachments/`.
    var moved: [String] = []
    /// Folders that are kept under another name.
    private(set) var kept: [FilePath] = []

    mutating func keep(_ path: FilePath?) {
        if let path { kept.append(path) }
    }
}
