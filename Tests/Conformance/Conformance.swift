import Foundation
import Trust

/// Runs the bundle cases of the Sigstore client conformance suite through this program's verifier.
///
/// Arguments: the suite's folder, and the table of reasons. Each case is run with the artifact's bytes and with its
/// digest; the verdict must be the manifest's, and the reason of a refusal the table's.
@main
struct Conformance {
    static func main() throws {
        guard CommandLine.arguments.count == 3 else {
            throw ConformanceError("expected two arguments: the suite's folder and the table of reasons")
        }
        let folder = Folder(path: CommandLine.arguments[1])
        let reasons = try Dictionary(
            Folder.rows(of: CommandLine.arguments[2]).map { (String($0[0]), String($0[1])) },
            uniquingKeysWith: { _, _ in throw ConformanceError("a case stands twice in the table of reasons")
            })
        let cases = try Folder.rows(of: folder.path + "/manifest.tsv").map { try ConformanceCase(row: $0) }
        guard !cases.isEmpty else { throw ConformanceError("the manifest has no case") }
        var disagreements = 0
        for one in cases {
            let faults = try ConformanceCase.Form.allCases.map { try one.fault(in: folder, by: $0) }
            let fault = faults[0]
            var agrees = (fault == nil) == one.isToHold && faults[1]?.reason == fault?.reason
            let expected = one.isToHold ? "pass" : reasons[one.name] ?? "a row in the table of reasons"
            agrees = agrees && (fault?.reason.rawValue ?? "pass") == expected
            if !agrees { disagreements += 1 }
            print(
                agrees ? "ok  " : "NOT ", one.name, "expected \(expected)",
                "found \(fault.map { "\($0.reason.rawValue): \($0)" } ?? "pass")", separator: "\t")
            if let other = faults[1], other.reason != fault?.reason {
                print("\twith the digest alone: \(other.reason.rawValue): \(other)")
            }
        }
        let holding = cases.filter(\.isToHold).count
        print(
            "\(cases.count) cases, \(holding) to hold, \(cases.count - holding) to be refused, each with bytes and with a "
                + "digest: \(disagreements) disagree")
        exit(disagreements == 0 ? 0 : 1)
    }
}
