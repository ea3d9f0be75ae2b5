/// The check that an entry is in its log: the way from the entry's body leads to a root that the log has signed.
enum InclusionCheck {
    static func check(
        _ proof: InclusionProof, of entry: LogEntry, by log: TrustedLog, isSecondGeneration: Bool
    ) throws(EvidenceFault) {
        // A log of the first generation numbers entries over all its shards, and the proof is of one shard.
        if isSecondGeneration, proof.logIndex != entry.logIndex {
            throw fault("expected the index \(entry.logIndex), found \(proof.logIndex)")
        }
        if !proof.rootHash.isEmpty {
            try checkWay(proof, of: entry, to: proof.rootHash, size: proof.treeSize)
        }
        guard let note = proof.checkpoint else {
            throw EvidenceFault(.checkpoint, "the log entry's proof: expected a checkpoint, found none")
        }
        let checkpoint = try Checkpoint(note, by: log, isSecondGeneration: isSecondGeneration)
        try compareRepeats(proof, checkpoint)
        try checkWay(proof, of: entry, to: checkpoint.root, size: checkpoint.size)
    }

    private static func checkWay(
        _ proof: InclusionProof, of entry: LogEntry, to root: [UInt8], size: Int64
    ) throws(EvidenceFault) {
        let way = MerkleProof(index: proof.logIndex, size: size, hashes: proof.hashes)
        guard way.root(leaf: MerkleProof.leaf(entry.body)) == root else {
            throw fault(
                "expected a way from the entry at \(proof.logIndex) to the root \(root.hex) of \(size) entries, "
                    + "found another")
        }
    }

    /// The evidence repeats size and root without a signature, so they prove nothing; where they differ it contradicts
    /// itself.
    private static func compareRepeats(_ proof: InclusionProof, _ checkpoint: Checkpoint)
        throws(EvidenceFault)
    {
        guard proof.rootHash.isEmpty || proof.rootHash == checkpoint.root else {
            throw EvidenceFault(
                .checkpoint,
                "the checkpoint: expected the root \(proof.rootHash.hex), found \(checkpoint.root.hex)")
        }
        guard proof.treeSize == 0 || proof.treeSize == checkpoint.size else {
            throw EvidenceFault(
                .checkpoint, "the checkpoint: expected the size \(proof.treeSize), found \(checkpoint.size)")
        }
    }

    static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.inclusion, "the log entry's proof: \(text)")
    }
}
