import Foundation

enum PEM {
    /// A PEM block around any bytes.
    static func block(_ label: String, _ der: [UInt8]) -> [UInt8] {
        let body = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return [UInt8]("-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n".utf8)
    }
}
