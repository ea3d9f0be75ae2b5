package import ArgumentParser

/// What is known about the target, and what stands before it, that it does not say itself.
package struct TargetOptions: ParsableArguments {
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

    var isUsed: Bool { bodyLimit != nil }

    var used: [String] { bodyLimit.map { ["--body-limit \($0)"] } ?? [] }

    /// Bytes.
    var bodyLimitBytes: Int64? { bodyLimit.map { Int64($0) << 20 } }
}
