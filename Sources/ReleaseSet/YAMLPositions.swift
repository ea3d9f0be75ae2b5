import CLibYAML

/// Where libyaml's positions lie in the bytes.
///
/// libyaml counts characters, not bytes, and counts none for the byte order mark that is left out before it
/// reads.
struct YAMLPositions {
    /// The length of the byte order mark.
    let start: Int
    private let count: Int
    /// The byte of each character; empty when every character has one byte.
    private let offsets: [Int32]

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        count = bytes.count
        let text = bytes[start...]
        if text.allSatisfy({ $0 < 0x80 }) {
            offsets = []
        } else {
            offsets = text.indices.filter { text[$0] & 0xC0 != 0x80 }.map { Int32($0) }
        }
    }

    func range(from first: yaml_mark_t, to last: yaml_mark_t) -> Range<Int> {
        let lower = byte(first.index)
        return lower..<max(lower, byte(last.index))
    }

    private func byte(_ index: Int) -> Int {
        if offsets.isEmpty { return min(start + index, count) }
        return index < offsets.count ? Int(offsets[index]) : count
    }
}
