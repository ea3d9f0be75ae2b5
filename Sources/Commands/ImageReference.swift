import BundleFormat
import OCI
import ReleaseSet

/// An image as an operator names it: HOST/REPOSITORY, and its digest.
///
/// A tag beside a digest says nothing, as container engines have it.
struct ImageReference: Sendable {
    /// As written.
    let text: String
    /// Without tag and digest, as written.
    let name: String
    let tag: String?
    let digest: Digest?

    init(_ text: String) throws(Finding) {
        self.text = text
        let sides = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let bare = String(sides[0])
        let last = bare.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        if let colon = last.firstIndex(of: ":") {
            tag = String(last[last.index(after: colon)...])
            name = String(bare.dropLast(last[colon...].count))
        } else {
            tag = nil
            name = bare
        }
        do throws(DigestError) {
            digest = sides.count == 2 ? try Digest(String(sides[1])) : nil
        } catch {
            throw Finding(
                .usage, error.reason, at: .target,
                "\(text): expected NAME@sha256: and 64 lowercase hex digits")
        }
    }

    /// The repository in a registry; a name without a host means another thing on each machine.
    func repository() throws(Finding) -> ImageName {
        do throws(ReferenceError) {
            return try ImageName(name)
        } catch {
            throw Finding(.usage, error.reason, at: .target, "\(text): \(error)")
        }
    }
}
