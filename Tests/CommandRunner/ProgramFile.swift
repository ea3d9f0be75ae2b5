package enum ProgramFile {
    /// Writes a script that can be run at once.
    ///
    /// Another program writes it: a file that this process had open for writing could still be open in a child that
    /// another test is just starting, and the system runs no file that somebody may write.
    package static func write(_ text: String, to path: String) throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        let command = #"mkdir -p "/$0" && printf '%s' "$1" >"$2" && chmod 755 "$2""#
        let written = try CommandRunner.run("/bin/sh", ["-c", command, folder, text, path])
        guard written.status == 0 else { throw ChildProcessError("\(path): \(written.errors)") }
    }
}
