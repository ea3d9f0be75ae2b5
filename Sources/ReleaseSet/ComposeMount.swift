/// A volume of a service: a path of the host or the name of a volume, and its place in the container.
package struct ComposeMount: Hashable, Sendable {
    /// As written, with its variables.
    package let source: String
    package let target: String
    package let line: Int

    init(source: String, target: String, line: Int) {
        self.source = source
        self.target = target
        self.line = line
    }

    /// Reads the short syntax, `SOURCE:TARGET` or `SOURCE:TARGET:MODE`; `nil` if there is no source.
    ///
    /// A colon inside of `${…}` separates nothing.
    init?(short text: String, line: Int) {
        var parts: [[UInt8]] = [[]]
        var braces = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "{"): braces += 1
            case UInt8(ascii: "}"): braces -= 1
            case UInt8(ascii: ":") where braces <= 0:
                parts.append([])
                continue
            default: break
            }
            parts[parts.count - 1].append(byte)
        }
        guard parts.count > 1 else { return nil }
        self.init(
            source: String(decoding: parts[0], as: UTF8.self),
            target: String(decoding: parts[1], as: UTF8.self), line: line)
    }

    /// Path below the folder of the compose file, without `./`; `nil` for a named volume, a path that begins at the root or
    /// in a home folder, and a path that leaves the folder.
    ///
    /// - Parameter source: the source with its variables replaced.
    package static func relativePath(_ source: String) -> String? {
        guard source.hasPrefix(".") else { return nil }
        var parts: [Substring] = []
        for part in source.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }
}
