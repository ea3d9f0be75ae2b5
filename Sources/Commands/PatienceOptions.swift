import ArgumentParser
package import Registry

/// How long and how often a registry is asked again.
package struct PatienceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How often a request is made at most; what makes progress begins to count anew.", valueName: "n"))
    package var maxAttempts = 8

    @Option(
        help: ArgumentHelp("The longest wait in seconds that a registry may ask for.", valueName: "seconds"))
    package var maxWait = 120

    @Option(
        help: ArgumentHelp(
            "The seconds that the whole run may wait between attempts.", valueName: "seconds"))
    package var waitBudget = 1800

    @Option(
        help: ArgumentHelp(
            "After how many seconds without a byte a connection counts as lost.", valueName: "seconds"))
    package var stallTimeout = 60

    package init() {}

    package func validate() throws {
        guard (1...100).contains(maxAttempts) else {
            throw ValidationError("--max-attempts takes 1 to 100")
        }
        for (name, seconds) in [("--max-wait", maxWait), ("--wait-budget", waitBudget)] {
            guard (0...86_400).contains(seconds) else {
                throw ValidationError("\(name) takes 0 to 86400 seconds")
            }
        }
        guard (1...3600).contains(stallTimeout) else {
            throw ValidationError("--stall-timeout takes 1 to 3600 seconds")
        }
    }

    package func apply(to options: inout RegistryOptions) {
        options.maximumAttempts = maxAttempts
        options.maximumWait = .seconds(maxWait)
        options.waitBudget = .seconds(waitBudget)
        options.stallTimeout = .seconds(stallTimeout)
    }
}
