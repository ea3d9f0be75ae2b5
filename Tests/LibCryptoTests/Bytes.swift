import Foundation

/// The bytes of a hex literal.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func bytes(text: String) -> [UInt8] {
    [UInt8](text.utf8)
}

extension [UInt8] {
    /// Writes the bytes to a file of the folder.
    func write(to folder: URL, _ name: String) throws {
        try Data(self).write(to: folder.appending(path: name))
    }
}
