/// A number of bytes as people read it: `1.9 MB`, powers of ten.
package func bytesForPeople(_ count: Int64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
    var value = Double(count)
    var unit = 0
    while value >= 999.5 && unit < units.count - 1 {
        value /= 1000
        unit += 1
    }
    guard unit > 0 else { return count == 1 ? "1 byte" : "\(count) bytes" }
    let tenths = (value * 10).rounded() / 10
    return value < 99.95 ? "\(tenths) \(units[unit])" : "\(Int(value.rounded())) \(units[unit])"
}

/// A number of seconds as people read it: `1:05` or `2:03:09`.
func clockTime(_ seconds: Double) -> String {
    let total = Int(min(seconds, 359_999))
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return total < 3600
        ? "\(total / 60):\(two(total % 60))" : "\(total / 3600):\(two(total % 3600 / 60)):\(two(total % 60))"
}
