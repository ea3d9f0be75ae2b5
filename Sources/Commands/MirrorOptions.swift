package import ArgumentParser
import OCI
import ReleaseSet

/// What the files for the installation, which the record has, are to say beyond the target's own name.
package struct MirrorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The name by which clusters pull, where it is another one than --registry.",
            valueName: "host[:port]/path"))
    package var pullAs: String?

    @Option(
        help: ArgumentHelp(
            "The secret with which clusters pull: names it in the mirrored values.", valueName: "name"))
    package var pullSecret: String?

    package init() {}

    var isUsed: Bool { pullAs != nil || pullSecret != nil }

    func pullLocation(naming: RepositoryNaming) throws -> RegistryLocation? {
        try pullAs.map { (text) throws(ReferenceError) in try RegistryLocation(text, naming: naming) }
    }

    func pullSecretName() throws -> PullSecretName? {
        try pullSecret.map { (text) throws(ReleaseSetError) in try PullSecretName(text) }
    }

    var used: [String] {
        (pullAs.map { ["--pull-as \($0)"] } ?? []) + (pullSecret.map { ["--pull-secret \($0)"] } ?? [])
    }
}
