import BundleFormat

extension RecordFolder {
    static func partialName(_ name: String) -> String { ".\(name).partial" }
    private static func oldName(_ name: String) -> String { ".\(name).old" }

    /// Gives this folder a folder `name` with what `fill` puts into it, in the place of one that was there.
    ///
    /// Until it is whole it is `.NAME.partial`. A process that is killed leaves that behind, or `.NAME.old` where it was
    /// just replacing; the next one clears both away.
    borrowing func publish(
        _ name: String, fill: (borrowing RecordFolder) throws(Finding) -> Void,
    ) throws(Finding) {
        let partial = Self.partialName(name)
        try removeFolder(partial)
        do throws(Finding) {
            let folder = try madeFolder(partial)
            try fill(folder)
            try folder.flush()
            try replace(name, by: partial)
        } catch {
            // What went wrong first is what there is to tell; what cannot be removed now is removed by the next run.
            try? removeFolder(partial)
            throw error
        }
        try removeFolder(Self.oldName(name))
        try flush()
    }

    private borrowing func replace(_ name: String, by partial: String) throws(Finding) {
        let old = Self.oldName(name)
        let isReplaced = try holdsFolder(name)
        if isReplaced {
            try removeFolder(old)
            try rename(name, to: old)
        }
        do throws(Finding) {
            try rename(partial, to: name)
        } catch {
            // The old one is told to be missing otherwise; under its other name it is not lost.
            if isReplaced { try? rename(old, to: name) }
            throw error
        }
        try flush()
    }

    private borrowing func holdsFolder(_ name: String) throws(Finding) -> Bool {
        switch try folder(name) {
        case .some: true
        case .none: false
        }
    }
}
