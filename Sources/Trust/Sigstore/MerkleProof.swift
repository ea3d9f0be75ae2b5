import LibCrypto

/// The hashes that lead from one leaf of a Merkle tree to its root.
///
/// RFC 9162, section 2.1.3.2; the hashing is that of RFC 6962, section 2.1.
struct MerkleProof {
    static let hashLimit = 64

    let index: Int64
    let size: Int64
    let hashes: [[UInt8]]

    static func leaf(_ entry: [UInt8]) -> [UInt8] {
        SHA256.hash([0] + entry)
    }

    static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        SHA256.hash([1] + left + right)
    }

    /// The root that a tree of this size has if the leaf stands at this index; `nil` if the hashes are too many, too
    /// few or not hashes.
    func root(leaf: [UInt8]) -> [UInt8]? {
        guard index >= 0, index < size, hashes.count <= Self.hashLimit,
            hashes.allSatisfy({ $0.count == SHA256.byteCount })
        else { return nil }
        var place = index
        var last = size - 1
        var root = leaf
        for hash in hashes {
            guard last > 0 else { return nil }
            if !place.isMultiple(of: 2) || place == last {
                root = Self.node(hash, root)
                while place.isMultiple(of: 2), place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                root = Self.node(root, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 ? root : nil
    }
}
