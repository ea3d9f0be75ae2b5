import CommandRunner

/// A folder that goes when its last owner goes.
// The name is one that no other module of the tests has.
typealias WorkFolder = TemporaryFolder
