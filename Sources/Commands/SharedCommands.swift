package import ArgumentParser

/// The commands that both executables have.
package let sharedCommands: [any ParsableCommand.Type] = [
    VerifyCommand.self, ImportCommand.self, InspectCommand.self, KeygenCommand.self, SignCommand.self,
    RecordCommand.self, AuthCommand.self, TrustCommand.self, VerifyBlobCommand.self, VerifyImageCommand.self,
    VerifyAttestationCommand.self,
]
