package import ArgumentParser
import OCI

/// What is known about the target, and what stands before it, that it does not say itself.
package struct TargetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How repositories are called there: generic keeps charts/cloudgrid, flat makes it charts-cloudgrid, for registries that hold no names so deep.",
            valueName: "generic|flat"))
    package var targetProfile: TargetProfile = .generic

    @Option(
        help: ArgumentHelp(
            "The largest body of one request, in MiB; larger blobs go up in chunks. Default: found out where the target answers 413.",
            valueName: "mib"))
    package var bodyLimit: Int?

    package init() {}

    package func validate() throws {
        guard bodyLimit.map((1...65_536).contains) ?? true else {
            throw ValidationError("--body-limit takes 1 to 65536 MiB")
        }
    }

    var isUsed: Bool { !used.isEmpty }

    var used: [String] {
        (targetProfile == .generic ? [] : ["--target-profile \(targetProfile)"])
            + (bodyLimit.map { ["--body-limit \($0)"] } ?? [])
    }

    /// Bytes.
    var bodyLimitBytes: Int64? { bodyLimit.map { Int64($0) << 20 } }
}

/// What a registry needs that is not found out by asking it.
package enum TargetProfile: String, CaseIterable, ExpressibleByArgument, Sendable {
    case generic, flat

    var naming: RepositoryNaming {
        switch self {
        case .generic: .nested
        case .flat: .flat
        }
    }
}
