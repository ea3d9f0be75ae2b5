import LibCrypto
import Testing

@testable import Trust

/// Trees are built here by the definition of RFC 6962, section 2.1, which the proof's walk does not use.
@Suite struct MerkleProofTests {
    private static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1, let first = leaves.indices.first else {
            return leaves.first ?? SHA256.hash([])
        }
        let split = first + Self.split(leaves.count)
        return SHA256.hash([1] + root(leaves[..<split]) + root(leaves[split...]))
    }

    private static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let split = leaves.startIndex + Self.split(leaves.count)
        return index < split
            ? path(index, leaves[..<split]) + [root(leaves[split...])]
            : path(index, leaves[split...]) + [root(leaves[..<split])]
    }

    private static func split(_ count: Int) -> Int {
        var split = 1
        while split * 2 < count { split *= 2 }
        return split
    }

    private static func leaves(_ count: Int) -> [[UInt8]] {
        (0..<count).map { SHA256.hash([0] + bytes("entry \($0)")) }
    }

    @Test func `each leaf of trees of 1 to 40 leads to the root, and to no other`() {
        for size in 1...40 {
            let leaves = Self.leaves(size)
            let root = Self.root(leaves[...])
            for index in 0..<size {
                let path = Self.path(index, leaves[...])
                let proof = MerkleProof(index: Int64(index), size: Int64(size), hashes: path)
                #expect(proof.root(leaf: leaves[index]) == root)
                #expect(proof.root(leaf: SHA256.hash([])) != root)
            }
        }
    }

    @Test func `a proof of another place, size or length leads nowhere or elsewhere`() {
        let leaves = Self.leaves(13)
        let root = Self.root(leaves[...])
        for index in 0..<13 {
            let path = Self.path(index, leaves[...])
            func lead(_ index: Int, _ size: Int, _ path: [[UInt8]]) -> [UInt8]? {
                MerkleProof(index: Int64(index), size: Int64(size), hashes: path).root(
                    leaf: leaves[index % 13])
            }
            for other in 0..<13 where other != index {
                #expect(
                    MerkleProof(index: Int64(other), size: 13, hashes: path).root(leaf: leaves[index]) != root
                )
            }
            #expect(lead(index, 13, Array(path.dropLast())) != root)
            #expect(lead(index, 13, path + [root]) == nil)
            for place in path.indices {
                var changed = path
                changed[place][0] ^= 1
                #expect(lead(index, 13, changed) != root)
                changed[place] = Array(path[place].dropLast())
                #expect(lead(index, 13, changed) == nil)
            }
        }
    }

    @Test(arguments: [(-1, 1), (1, 1), (0, 0), (5, 4), (0, -1)] as [(Int64, Int64)])
    func `an index outside the tree has no proof`(index: Int64, size: Int64) {
        #expect(MerkleProof(index: index, size: size, hashes: []).root(leaf: SHA256.hash([])) == nil)
    }

    @Test func `more than 64 hashes are refused`() {
        let hashes = [[UInt8]](repeating: SHA256.hash([]), count: 65)
        #expect(MerkleProof(index: 0, size: .max, hashes: hashes).root(leaf: SHA256.hash([])) == nil)
    }
}
