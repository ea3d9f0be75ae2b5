import ArgumentParser
import BundleFormat
import Commands
import Glibc
import ReleaseSet
import Trust

/// What a bundle says of itself beyond its contents.
struct StatementTerms: ParsableArguments {
    @Option(help: ArgumentHelp("2, 3, … for a further bundle of the same version.", valueName: "n"))
    var revision: Int64 = 1

    @Option(
        help: ArgumentHelp("For whom the bundle is; the importing side expects the same.", valueName: "name"))
    var channel = "release"

    @Option(
        help: ArgumentHelp("When importers stop accepting the bundle.", valueName: "YYYY-MM-DDTHH:MM:SSZ"))
    var expires: String?

    func validate() throws {
        guard (1...9_007_199_254_740_991).contains(revision) else {
            throw ValidationError("--revision takes a number from 1 on")
        }
        guard (try? FileName(channel)) != nil else {
            throw ValidationError("--channel takes a name of letters, digits and ._+-")
        }
    }

    func expiry(after createdAt: Timestamp) throws(Finding) -> Timestamp? {
        guard let expires else { return nil }
        guard let time = Timestamp(expires), time > createdAt else {
            throw Finding(
                .usage, "statement.time", at: .policy,
                "--expires \(expires): expected YYYY-MM-DDTHH:MM:SSZ, later than \(createdAt)")
        }
        return time
    }

    /// What SOURCE_DATE_EPOCH says: the convention of reproducible-builds.org for outputs that repeat.
    static func sourceDate() throws(Finding) -> Timestamp? {
        guard let text = getenv("SOURCE_DATE_EPOCH").map({ String(cString: $0) }), !text.isEmpty else {
            return nil
        }
        guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else {
            throw Finding(
                .usage, "statement.time", at: .policy,
                "SOURCE_DATE_EPOCH=\(text): expected seconds since 1970")
        }
        return Timestamp(seconds: seconds)
    }
}
