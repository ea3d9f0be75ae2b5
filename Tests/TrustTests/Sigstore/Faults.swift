import Testing
import Trust

/// The fault that the call ends in; a test fails here if it ends in none.
func fault(
    of call: () throws(EvidenceFault) -> Void, _ location: SourceLocation = #_sourceLocation
) -> EvidenceFault? {
    do throws(EvidenceFault) {
        try call()
        Issue.record("nothing was refused", sourceLocation: location)
        return nil
    } catch {
        return error
    }
}

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

extension String {
    /// The text with one occurrence replaced; a test that found none would change nothing.
    func replacingOnce(_ old: String, _ new: String) throws -> String {
        try #require(ranges(of: old).count == 1, "\(old) stands \(ranges(of: old).count) times")
        return replacing(old, with: new)
    }
}
