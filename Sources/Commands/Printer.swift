package import BundleFormat
import Glibc
import OCI
import Registry
import ReleaseSet
package import StrictJSON

/// How results are written.
package enum OutputFormat: String, CaseIterable, Sendable {
    case text, json
}

/// The one door to standard output and standard error. Whatever comes from outside is escaped on the way.
package struct Printer: Sendable {
    package let format: OutputFormat
    package let isQuiet: Bool

    private let result: Int32

    /// - Parameter usesStandardOutput: false where the bundle itself goes there; the result is then a note.
    package init(format: OutputFormat, isQuiet: Bool, usesStandardOutput: Bool = true) {
        self.format = format
        self.isQuiet = isQuiet
        result = usesStandardOutput ? STDOUT_FILENO : STDERR_FILENO
    }

    /// A line of the result, for people.
    package func line(_ text: String = "") {
        // Beside a bundle on standard output the result is but a note.
        guard format == .text, result == STDOUT_FILENO || !isQuiet else { return }
        Self.tell(text, to: result)
    }

    /// A command to be typed as it stands; a terminal may break it, we do not.
    package func command(_ text: String) {
        guard format == .text, result == STDOUT_FILENO || !isQuiet else { return }
        Self.write("  " + Self.safe(text) + "\n", to: result)
    }

    /// The columns of the terminal that shows the result; nothing where a file or a program takes it.
    var columns: Int? { TerminalWidth.columns(of: result) }

    /// The result, for programs.
    package func json(_ value: JSONValue) throws {
        guard format == .json else { return }
        Self.write(String(decoding: try value.pretty(), as: UTF8.self), to: result)
    }

    /// Something to be read beside the result; not with --quiet.
    package func note(_ text: String) {
        guard !isQuiet else { return }
        Self.tell(KnownSecrets.hidden(in: text), to: STDERR_FILENO)
    }

    /// Something that must be read, also with --quiet.
    package func warning(_ text: String) {
        Self.tell("warning: " + KnownSecrets.hidden(in: text), to: STDERR_FILENO)
    }

    /// A line for whoever looks for a fault.
    static func debug(_ text: String) {
        // A live line of progress may stand there.
        let isTerminal = isatty(STDERR_FILENO) == 1
        write((isTerminal ? "\r\u{1b}[K" : "") + "debug: " + safe(text) + "\n", to: STDERR_FILENO)
    }

    package func failure(_ failure: Failure) {
        switch format {
        case .text:
            for finding in failure.findings {
                Self.tell("error: \(finding.message)", then: " [\(finding.reason)]", to: STDERR_FILENO)
            }
        case .json:
            guard let first = failure.findings.first else { return }
            let value: JSONValue = [
                "ok": false,
                "status": .integer(Int64(failure.status)),
                "class": .string(first.fault.name),
                "reason": .string(first.reason),
                "message": .string(first.message),
                "findings": .array(failure.findings.map(\.json)),
            ]
            let text = (try? value.pretty()).map { String(decoding: $0, as: UTF8.self) }
            Self.write(text ?? "{\"ok\":false}\n", to: result)
        }
    }

    /// A reader that has gone away is no reason to stop: what is being done is done for its own sake.
    package static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// - Parameter suffix: our own word behind the text, which is not cut with it.
    private static func tell(_ text: String, then suffix: String = "", to descriptor: Int32) {
        let folded = FoldedText(safe(text) + suffix, columns: TerminalWidth.columns(of: descriptor))
        write(folded.lines.joined(separator: "\n") + "\n", to: descriptor)
    }

    private static func safe(_ text: String) -> String { escaped(text, limit: 8192) }
}

extension Finding {
    package var json: JSONValue {
        var members: JSONObject = [
            "class": .string(fault.name), "reason": .string(reason), "message": .string(message),
        ]
        if case .object(let parts)? = setFinding?.json {
            for part in parts.members { members[part.name] = part.value }
        }
        return .object(members)
    }
}
