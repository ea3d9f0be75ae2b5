import CommandRunner

/// A folder of a test's own; `Servers` has a type of the same name as the one behind it.
typealias Scratch = TemporaryFolder
