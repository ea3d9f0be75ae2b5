package import ArgumentParser
import OCI
import Registry
import StrictJSON

/// `cgbundle auth`: how registries take the one who runs it.
package struct AuthCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "See which credential a registry is sent, and what it allows.",
        subcommands: [AuthCheckCommand.self])

    package init() {}
}

/// `cgbundle auth check`: which credential is found where, and what may be done with it.
struct AuthCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say where the credential for a registry is found, and whether pulling and pushing work.",
        discussion: """
            Signs in; for a repository it also asks for the tag "latest", which need not be there, and begins an \
            upload that it cancels. Nothing stays in the registry, and no secret is shown. Ends with 0 if everything \
            that was asked about works. Examples:

              cgbundle auth check registry.example.com
              cgbundle auth check registry.example.com/cloudgrid/cloudgrid-bff --authfile auth.json
            """)

    @Argument(
        help: ArgumentHelp(
            "The registry, or one repository in it.", valueName: "host[:port][/repository]"))
    var place: String

    @Flag(help: "Ask only whether pulling works.")
    var pullOnly = false

    @OptionGroup(title: "Registry") var access: RegistryAccess
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) { try await command.check(printer) }
    }

    private func check(_ printer: Printer) async throws {
        let location = try RegistryLocation(place)
        let options = try access.options(
            for: [location.host], followsRedirects: false, usesEnvironmentProxy: pullOnly, connections: 1)
        let transport = try HTTPTransport(options: options)
        let report: AccessReport
        do {
            let connection = RegistryConnection(
                host: location.host, namespace: location.prefix, options: options, transport: transport)
            report = try await AccessReport(of: connection, location, options, asksToPush: !pullOnly)
        } catch {
            // What went wrong is worth more than how the connections were closed.
            try? await transport.shutdown()
            throw error
        }
        // Everything was answered; how the connections were closed changes nothing.
        try? await transport.shutdown()
        try printer.json(.object(report.json))
        report.lines.forEach(printer.line)
        if let failure = report.failure { throw ExitCode(failure.status) }
    }
}
