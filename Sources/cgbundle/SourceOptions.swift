import ArgumentParser
import BundleFormat
import Commands
import OCI
import Registry
import ReleaseExport
import ReleaseSet
import SystemPackage

/// Where images and chart come from.
struct SourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A mirror to fetch images and chart from.", valueName: "host[:port]/path"))
    var sourceRegistry: String?

    @Option(
        help: ArgumentHelp(
            "An OCI image layout to take images and chart from; no registry is asked, unless for an --image that it has not got.",
            valueName: "dir"))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "A further image to carry, such as nats or surrealdb, by digest; may be given several times. It becomes "
                + "NAME:TAG in the target, by default the last component of REF and its own tag.",
            valueName: "REF[:TAG]@sha256:…[=NAME:TAG]"))
    var image: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Carry NATS and SurrealDB too: the images that values and compose name, from docker.io. Each tag is "
                + "resolved once, and its digest is printed as an --image option that repeats the run."))
    var withDependencies = false

    @Option(
        help: ArgumentHelp(
            "A mirror that is asked in place of docker.io; the images keep their names.",
            valueName: "host[:port][/path]"))
    var dependencyRegistry: String?

    func validate() throws {
        guard sourceRegistry == nil || images == nil else {
            throw ValidationError("give either --source-registry or --images")
        }
    }

    func extraImages() throws(Finding) -> [NamedImage] {
        var named: [NamedImage] = []
        for text in image { named.append(try NamedImage(text)) }
        return named
    }

    /// Runs `body` with the source and the dependencies that were resolved there.
    func open(
        for manifest: ReleaseManifest, and extraImages: [NamedImage], dependencies: [DependencyReference],
        access: RegistryAccess, width: Int, patience: Patience, printer: Printer,
        _ body: (any ImageSource, [ResolvedDependency]) async throws -> Void,
    ) async throws {
        let layout = try images.map { try LayoutSource(FilePath($0)) }
        var resolved: [ResolvedDependency] = []
        var unresolved: [DependencyReference] = []
        for dependency in dependencies {
            if let layout, let found = try await dependency.resolved(from: layout) {
                resolved.append(found)
            } else {
                unresolved.append(dependency)
            }
        }
        let named = extraImages.filter { layout?.holds($0) != true }
        if let layout, named.isEmpty, unresolved.isEmpty { return try await body(layout, resolved) }
        let dockerMirror = try dependencyRegistry.map { (text) throws(ReferenceError) in
            try RegistryLocation(text)
        }
        let mirror = try sourceRegistry.map { (text) throws(ReferenceError) in try RegistryLocation(text) }
        let release = mirror.map { [$0.host] } ?? Set(manifest.images.map(\.name.host))
        let further = named.map {
            dockerMirror != nil && $0.vendor.isOfDockerHub ? dockerMirror?.host : $0.vendor.host
        }
        let hosts = (layout == nil ? release : []).union(
            further.compactMap { $0 } + unresolved.map { dockerMirror?.host ?? $0.host })
        let options = try access.options(
            for: hosts, followsRedirects: true, usesEnvironmentProxy: true, connections: width,
            patience: patience)
        let transport = try HTTPTransport(options: options)
        let registry = RegistrySource(
            mirror: mirror, dockerMirror: dockerMirror, hosts: hosts, options: options, transport: transport)
        let result: Result<Void, any Error>
        do {
            var fetched: [ResolvedDependency] = []
            for dependency in unresolved {
                fetched.append(try await dependency.required(from: registry))
            }
            let all = resolved + fetched
            if let layout {
                let split = SplitSource(
                    layout: layout, registry: registry, for: named + fetched.map(\.image))
                try await body(split, all)
            } else {
                try await body(registry, all)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if case .success = result {
            for warning in registry.summaries.flatMap(\.warnings) { printer.warning(warning) }
        }
        // What was done or went wrong is worth more than how the connections were closed.
        try? await transport.shutdown()
        try result.get()
    }
}
