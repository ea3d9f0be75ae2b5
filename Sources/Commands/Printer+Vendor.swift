import BundleFormat
import Trust
package import VendorProof

extension Printer {
    /// The one table of what proves the vendor's part.
    package func vendor(_ report: VendorReport) {
        guard report.isChecked else {
            line(
                "  vendor     NOT CHECKED: --no-vendor-proof or no trust given; nothing below says where it is from"
            )
            exceptions(report)
            warnings(report)
            return
        }
        line("  vendor     \(report.summary)")
        report.table(columns: columns.map { $0 - 4 }).forEach { line("    " + $0) }
        for (number, text) in (report.versionEvidence?.lines ?? []).enumerated() {
            line((number == 0 ? "  version    " : "    ") + text)
        }
        exceptions(report)
        warnings(report)
    }

    /// The exceptions to vulnerability rules that the vendor recorded.
    private func exceptions(_ report: VendorReport) {
        for (number, text) in report.exceptions.lines.enumerated() {
            line((number == 0 ? "  exceptions " : "    ") + text)
        }
    }

    private func warnings(_ report: VendorReport) {
        for note in report.warnings where !note.isAboutWaiver {
            line("    warning: \(note.message) [\(note.reason)]")
        }
    }

    /// What must be read of it whatever the format: what goes without proof by a waiver, and waivers in vain.
    package func waivers(_ report: VendorReport) {
        for note in report.warnings where note.isAboutWaiver { warning("\(note.message) [\(note.reason)]") }
    }
}

extension VendorReport {
    /// The word for programs.
    package var word: String { isChecked ? "checked" : "not checked" }
}
