import BundleFormat
import Glibc
import SystemPackage

extension RecordFolder {
    /// Moves `attachments/` into another folder; files that would take the place of another stay.
    borrowing func carryAttachments(to other: borrowing RecordFolder) throws(Finding) {
        let name = RecordPart.attachments.name
        guard let status = try status(of: name), status.st_mode & S_IFMT == S_IFDIR else { return }
        if try move([name], to: other) { return }
        guard let mine = try folder(name), let theirs = try other.folder(name) else { return }
        for file in try mine.names() { _ = try mine.move([file], to: theirs) }
        try theirs.flush()
        // Fails if something stays in it, and the whole folder is then kept.
        _ = unlinkat(descriptor, name, AT_REMOVEDIR)
    }

    /// Moves the item at a path of this folder to the same path in another folder, unless something is there.
    borrowing func move(_ path: ArraySlice<String>, to other: borrowing RecordFolder) throws(Finding) -> Bool
    {
        guard let name = path.first else { return false }
        if path.count > 1 {
            guard let inner = try folder(name) else { return false }
            let target = try other.madeFolder(name)
            let isMoved = try inner.move(path.dropFirst(), to: target)
            try target.flush()
            return isMoved
        }
        guard try other.status(of: name) == nil else { return false }
        guard renameat(descriptor, name, other.descriptor, name) == 0 else {
            throw .recordWrite(self.path.appending(name), "cannot be moved to \(other.path)", errno)
        }
        try other.flush()
        try flush()
        return true
    }
}
