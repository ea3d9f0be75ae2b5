/// Whether an upload that broke had come on, so that its attempts are counted anew.
///
/// A blob that begins anew again and again grows each time and is never there, and so is one that is whole and cannot be
/// closed; neither goes on for ever.
struct Growth {
    private let size: Int64
    private var beginnings = 0
    private var wasWhole = false

    /// - Parameter size: of the blob. Bytes.
    init(of size: Int64) {
        self.size = size
    }

    /// - Parameter held: what the registry has now of the same upload; nothing where another has to be begun. Bytes.
    mutating func counts(from before: Int64, to held: Int64?) -> Bool {
        guard let held else {
            beginnings += 1
            return false
        }
        defer { wasWhole = wasWhole || held == size }
        return held - before >= Self.least && beginnings < Self.maximumBeginnings
            && !(held == size && wasWhole)
    }

    /// What must have come on for a lost connection not to count against the limit. Bytes.
    private static let least: Int64 = 1 << 20
    private static let maximumBeginnings = 3
}
