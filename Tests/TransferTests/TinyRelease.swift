import BundleFormat
import CommandRunner
import Foundation
import LibCrypto
import OCI
import Registry
import ReleaseExport
import ReleaseImport
import ReleaseSet
import Servers
import SystemPackage
import Trust
import VendorProof

/// The release of the golden bundle: as files, in a registry, and as a bundle.
struct TinyRelease: Sendable {
    let bundle: VerifiedBundle
    private let place: Scratch
    private let key: PrivateKey
    private let manifest: [UInt8]

    /// The bundle as it was written by a program that is not the product.
    static var golden: Data {
        get throws {
            try Data(contentsOf: URL(filePath: CommandRunner.checkout + "/testdata/golden/golden.tar"))
        }
    }

    /// Before every repository of the source and of the target.
    static let prefix = "cloudgrid"

    init() async throws {
        let data = CommandRunner.checkout + "/testdata"
        let pem = [UInt8](try Data(contentsOf: URL(filePath: data + "/keys/alice.key")))
        key = try PrivateKey(pem: pem) { [] }
        let reader = try BundleReader(FilePath(data + "/golden/golden.tar"))
        let policy = try SignerPolicy(keys: [key.publicKey])
        bundle = try await reader.statement(acceptedBy: policy).verified(width: 2, events: Self.nobody)
        place = try Scratch()
        var manifest: [UInt8] = []
        for file in bundle.artifact.files {
            let bytes = try bundle.bytes(of: file.digest)
            try Data(bytes).write(to: URL(filePath: place.path + "/" + file.name.text))
            if file.name.text == ReleaseManifest.name { manifest = bytes }
        }
        self.manifest = manifest
    }

    static var nobody: TransferEvents { AsyncStream.makeStream(of: TransferEvent.self).continuation }

    /// Puts all images, the chart and what proves them where an export finds them.
    func fill(_ registry: FakeRegistry, listsReferrers: Bool) throws {
        for entry in bundle.index.entries where entry.kind != .release {
            let repository = "\(Self.prefix)/\(entry.repository)"
            let reached = bundle.graph.reach(from: entry.digest)
            for digest in reached.blobs {
                registry.shelve(
                    Data(try bundle.bytes(of: digest)), digest: digest.description, in: repository)
            }
            for digest in reached.documents {
                let type = bundle.graph.nodes[digest]?.documentType ?? entry.mediaType
                registry.shelve(
                    manifest: try bundle.bytes(of: digest), type: type.text, digest: digest.description,
                    tag: digest == entry.digest ? try tag(of: entry)?.text : nil, in: repository)
            }
        }
        guard !listsReferrers else { return }
        for repository in try RepositoryImport.all(of: bundle) {
            for (subject, referrers) in repository.referrers {
                let entries = referrers.map {
                    #"{"mediaType":"\#($0.mediaType)","digest":"\#($0.digest)","size":\#($0.size)}"#
                }.joined(separator: ",")
                let type = MediaType.ociIndex.text
                let list = Array(
                    #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(entries)]}"#.utf8)
                registry.shelve(
                    manifest: list, type: type, digest: Digest(of: list).description,
                    tag: Tag(referrersOf: subject).text, in: "\(Self.prefix)/\(repository.name)")
            }
        }
    }

    private func tag(of entry: IndexEntry) throws -> Tag? {
        entry.kind == .chart ? try Tag(bundle.statement.version.chartVersion) : entry.tag
    }

    func export(
        from registry: FakeRegistry, to output: String, options change: (inout RegistryOptions) -> Void
    ) async throws {
        try await connected(to: registry, change) { location, options, transport in
            let source = RegistrySource(
                mirror: location, hosts: [location.host], options: options, transport: transport)
            let request = ExportRequest(
                folder: FilePath(place.path), product: try FileName("cloudgrid"),
                channel: try FileName("release"), revision: 1, createdAt: bundle.statement.createdAt,
                isTimeFixed: true, expires: nil, tool: bundle.statement.tool,
                width: 4, vendor: .none(now: Timestamp(seconds: 0)))
            let plan = try await ExportPlanner(request, manifest: manifest, source: source)
                .plan(events: Self.nobody)
            let exporter = try Exporter(
                plan, request: request, signedBy: BundleSignatures(keys: [key]))
            _ = try await exporter.write(to: FilePath(output), events: Self.nobody)
        }
    }

    func importBundle(
        into registry: FakeRegistry, width: Int = 4, options change: (inout RegistryOptions) -> Void,
    ) async throws {
        try await connected(to: registry, change) { location, options, transport in
            let connection = RegistryConnection(host: location.host, options: options, transport: transport)
            let target = RegistryDestination(location, connection: connection)
            let plan = try await Preflight(target, width: width).plan(bundle, events: Self.nobody)
            _ = try await Importer(target, bundle: bundle, width: width, events: Self.nobody).carryOut(plan)
        }
    }

    private func connected(
        to registry: FakeRegistry, _ change: (inout RegistryOptions) -> Void,
        _ body: (RegistryLocation, RegistryOptions, HTTPTransport) async throws -> Void,
    ) async throws {
        let location = try RegistryLocation("\(registry.authority)/\(Self.prefix)")
        var options = RegistryOptions()
        options.plainHTTP = [location.host]
        options.followsRedirects = true
        options.maximumConnections = 4
        options.pause = { _ in await Task.yield() }
        change(&options)
        let transport = try HTTPTransport(options: options)
        do {
            try await body(location, options, transport)
        } catch {
            try await transport.shutdown()
            throw error
        }
        try await transport.shutdown()
    }
}
