package import ArgumentParser
import BundleFormat
import ReleaseRecord
import ReleaseSet
import Trust

/// What an importing side accepts beyond a good signature, and the named exceptions to it.
package struct AcceptanceFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The channel that this side takes bundles from.", valueName: "name"))
    package var channel = "release"

    @Option(help: ArgumentHelp("Accept exactly this older version; needs --reason.", valueName: "version"))
    package var allowRollbackTo: String?

    @Flag(help: "Accept the next major version.")
    package var allowMajorJump = false

    @Flag(help: "Accept a bundle that has expired; needs --reason.")
    package var ignoreExpiry = false

    @Option(help: ArgumentHelp("Why an exception is made; goes into the record.", valueName: "text"))
    package var reason: String?

    package init() {}

    package func validate() throws {
        guard reason != nil || (allowRollbackTo == nil && !ignoreExpiry) else {
            throw ValidationError("--allow-rollback-to and --ignore-expiry need --reason TEXT")
        }
        guard reason?.isEmpty != true else { throw ValidationError("--reason needs a text") }
        guard (try? FileName(channel)) != nil else {
            throw ValidationError("--channel takes a name of letters, digits and ._+-")
        }
        if let allowRollbackTo, (try? ReleaseVersion(allowRollbackTo)) == nil {
            throw ValidationError("--allow-rollback-to takes a version such as v1.0.0")
        }
    }

    func options() throws -> AcceptanceOptions {
        AcceptanceOptions(
            product: try FileName("cloudgrid"), channel: try FileName(channel), now: Clock.now,
            allowRollbackTo: try allowRollbackTo.map { (text) throws(ReleaseSetError) in
                try ReleaseVersion(text)
            },
            ignoreExpiry: ignoreExpiry, allowMajorJump: allowMajorJump, reason: reason)
    }

    var used: [String] {
        var used: [String] = []
        if let allowRollbackTo { used.append("--allow-rollback-to \(allowRollbackTo)") }
        if allowMajorJump { used.append("--allow-major-jump") }
        if ignoreExpiry { used.append("--ignore-expiry") }
        return used
    }
}
