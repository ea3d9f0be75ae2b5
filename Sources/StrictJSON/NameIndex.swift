/// A hash table of positions, for whoever owns the names that stand there.
///
/// The hash is seeded anew in every process, so nobody can prepare a document whose names all collide.
struct NameIndex: Sendable {
    private struct Slot {
        var hash: UInt32
        /// -1 when the slot is free.
        var position: Int32
    }

    private var slots: [Slot] = []
    private var count = 0

    static func hash(of name: UnsafeRawBufferPointer) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(bytes: name)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// The first position inserted with that hash for which `matches` holds.
    func position(hash: UInt32, where matches: (Int) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot].position >= 0 {
            let candidate = slots[slot]
            if candidate.hash == hash, matches(Int(candidate.position)) { return Int(candidate.position) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ position: Int, hash: UInt32) {
        if (count + 1) * 2 > slots.count { grow() }
        place(Slot(hash: hash, position: Int32(position)))
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(hash: 0, position: -1), count: max(32, old.count * 2))
        for slot in old where slot.position >= 0 { place(slot) }
    }

    private mutating func place(_ new: Slot) {
        var slot = Int(new.hash) & (slots.count - 1)
        while slots[slot].position >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = new
    }
}
