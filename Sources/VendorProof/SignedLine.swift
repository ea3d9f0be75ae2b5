import ReleaseSet

/// A line of a checksum file that an accepted signature covers.
struct SignedLine {
    let list: FileName
    /// Counted from one.
    let line: Int
    /// The file that it names.
    let name: FileName

    /// Version in the name: of a chart, `NAME-VERSION.tgz`, or of a program, `SERVICE_VERSION_OS_ARCH.zip`.
    ///
    /// - Parameter charts: names of the charts in the release.
    func version(ofCharts charts: [String]) -> String? {
        let text = name.text
        let (chartEnding, programEnding) = (".tgz", ".zip")
        if text.hasSuffix(chartEnding) {
            let chart = charts.first { text.hasPrefix($0 + "-") }
            return chart.map { String(text.dropFirst($0.count + 1).dropLast(chartEnding.count)) }
        }
        guard text.hasSuffix(programEnding) else { return nil }
        let parts = text.dropLast(programEnding.count).split(separator: "_", omittingEmptySubsequences: false)
        return parts.count == 4 ? String(parts[1]) : nil
    }
}
