import CommandRunner
import Foundation
import OCI
import Servers
import Testing

/// What is promised in figures. They take minutes, so only `scripts/soak` asks for them.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["CGBUNDLE_SOAK"] != nil))
struct NumbersTests {
    private let place: Scratch
    private let key: String
    private let testdata = CommandRunner.checkout + "/testdata"

    init() throws {
        place = try Scratch()
        key = place.path + "/alice.key"
        try FileManager.default.copyItem(atPath: testdata + "/keys/alice.key", toPath: key)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    }

    private var output: String { place.path + "/out.tar" }

    private func run(_ arguments: [String]) throws -> CommandResult {
        let result = try CommandRunner.cgbundle(arguments)
        guard result.status == 0 else { throw Failed(description: result.errors) }
        return result
    }

    /// Runs the program and gives the most memory that it held at a time, in bytes.
    ///
    /// Linux counts what this large process held before the program was loaded, so a small one starts it.
    private func peakMemory(_ arguments: [String]) throws -> Int {
        let script = """
            import resource, subprocess, sys
            status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
            sys.exit(status)
            """
        let result = try CommandRunner.run(
            "python3", ["-c", script, CommandRunner.products + "/cgbundle"] + arguments)
        guard result.status == 0, let bytes = Int(result.output.dropLast()) else {
            throw Failed(description: result.errors)
        }
        return bytes
    }

    private struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private func exporting(_ images: ManyImages, from registry: FakeRegistry) -> [String] {
        [
            "export", testdata + "/sample/release", "--images", testdata + "/sample/images", "--output",
            output, "--key", key, "--plain-http", registry.authority, "--force", "--quiet",
            "--no-vendor-proof",
        ] + images.options
    }

    private func importing(into registry: FakeRegistry, concurrency: Int = 4) -> [String] {
        [
            "import", output, "--key", testdata + "/keys/alice.pub", "--registry",
            registry.authority + "/cloudgrid", "--plain-http", registry.authority, "--no-record", "--quiet",
            "--no-vendor-proof",
            "--concurrency", String(concurrency),
        ]
    }

    @Test func `an export of 1 GiB over connections that all break after 20 MiB reads hardly a byte twice`()
        throws
    {
        let data = place.path + "/data"
        let made = try CommandRunner.run(
            CommandRunner.checkout + "/scripts/make-testdata", ["--size", "1G", "--output", data])
        #expect(made.status == 0, "\(made.errors)")
        let registry = try FakeRegistry(connectionLimit: 20 << 20)
        let sizes = try fill(registry, fromLayout: data + "/images")
        let result = try run([
            "export", data + "/release", "--source-registry", registry.authority + "/cloudgrid-dev",
            "--plain-http", registry.authority, "--output", output, "--key", key, "--no-vendor-proof",
        ])
        let downloads = registry.exchanges.filter { $0.method == "GET" && $0.path.contains("/blobs/") }
        let sent = downloads.reduce(0) { $0 + $1.sent }
        // What lies in the release folder too, as the chart does, is not asked for.
        let asked = Set(downloads.compactMap { $0.path.split(separator: "/").last.map(String.init) })
        let blobs = asked.reduce(0) { $0 + (sizes[$1] ?? 0) }
        let breaks = downloads.filter { $0.status == 206 }.count
        let twice = Double(sent - blobs) / Double(blobs)
        print(
            "1 GiB: \(blobs) bytes in \(downloads.count) requests, \(breaks) of them for the rest; "
                + String(format: "%.4f %% read twice", twice * 100))
        print(result.errors.split(separator: "\n").last.map(String.init) ?? "")
        #expect(blobs > 900 << 20)
        #expect(breaks >= 20)
        // A connection that is reset in place of being closed takes with it what was not read yet.
        #expect(twice >= 0 && twice < 0.001)
    }

    /// Puts a layout's images into the registry without reading their blobs, and gives the size of each.
    private func fill(_ registry: FakeRegistry, fromLayout folder: String) throws -> [String: Int] {
        struct Document: Decodable {
            struct Entry: Decodable {
                let mediaType: String?
                let digest: String
                let annotations: [String: String]?
            }
            let config: Entry?
            let layers: [Entry]?
            let manifests: [Entry]?
            let subject: Entry?
        }
        func data(_ digest: String) throws -> Data {
            try Data(
                contentsOf: URL(filePath: folder + "/blobs/sha256/" + digest.dropFirst("sha256:".count)),
                options: .alwaysMapped)
        }
        var homes: [String: String] = [:]
        var seen: [String: Int] = [:]
        let index = try JSONDecoder().decode(
            Document.self, from: Data(contentsOf: URL(filePath: folder + "/index.json")))
        var waiting = (index.manifests ?? []).map { entry in
            let name = entry.annotations?["org.opencontainers.image.ref.name"]?.split(separator: ":")
            return (entry, name.map { String($0[0]) }, name.map { String($0[1]) })
        }
        waiting.sort { ($0.1 == nil ? 1 : 0) < ($1.1 == nil ? 1 : 0) }
        while !waiting.isEmpty {
            let (entry, name, tag) = waiting.removeFirst()
            let bytes = try data(entry.digest)
            let document = try JSONDecoder().decode(Document.self, from: bytes)
            guard let home = name ?? document.subject.flatMap({ homes[$0.digest] }) else {
                waiting.append((entry, name, tag))
                continue
            }
            let repository = "cloudgrid-dev/\(home)"
            homes[entry.digest] = home
            for blob in [document.config].compactMap(\.self) + (document.layers ?? []) {
                let content = try data(blob.digest)
                seen[blob.digest] = content.count
                registry.shelve(content, digest: blob.digest, in: repository)
            }
            waiting = (document.manifests ?? []).map { ($0, home, nil) } + waiting
            registry.shelve(
                manifest: [UInt8](bytes), type: entry.mediaType ?? MediaType.ociManifest.text,
                digest: entry.digest,
                tag: tag, in: repository)
        }
        return seen
    }

    @Test func `650 images that are there already cost one question for each tag and none for a blob`()
        throws
    {
        let source = try FakeRegistry()
        let images = ManyImages(650, layers: 1, bytes: 100, in: source)
        _ = try run(exporting(images, from: source))
        let target = try FakeRegistry(.with { $0.hasReferrersAPI = true })
        _ = try run(importing(into: target))
        let before = target.exchanges.count
        let again = try run(importing(into: target))
        let asked = target.exchanges.dropFirst(before)
        let tags = target.repositories.values.reduce(0) { $0 + $1.tags.count }
        let heads = asked.filter { $0.method == "HEAD" && $0.path.contains("/manifests/") }
        print(
            "650 images already there: \(tags) tags, \(heads.count) HEAD, \(asked.count) requests in all "
                + "(\(asked.filter { $0.path.contains("/referrers/") }.count) for referrers)")
        #expect(again.output.contains("already imported"))
        #expect(heads.count == tags)
        #expect(Set(heads.map(\.path)).count == tags)
        #expect(asked.allSatisfy { !$0.path.contains("/blobs/") })
    }

    @Test func `many small images cost few requests and no more memory than few`() throws {
        var peaks: [Int] = []
        for count in [100, 1000] {
            let source = try FakeRegistry()
            let images = ManyImages(count, layers: 3, bytes: 4096, in: source)
            let exported = try peakMemory(exporting(images, from: source))
            let target = try FakeRegistry(.with { $0.hasReferrersAPI = true })
            let imported = try peakMemory(importing(into: target))
            peaks += [exported, imported]
            let extra = target.exchanges.filter { $0.path.contains("/cloudgrid/extra/") }
            let budget = 3 * images.blobs + 7 * count
            print(
                "\(count) images of 3 layers: export \(source.exchanges.count) requests, "
                    + "\(exported >> 20) MiB at most; import \(extra.count) of \(budget) requests, "
                    + "\(imported >> 20) MiB at most")
            for kind in ["blobs", "manifests"] {
                let asked = extra.filter { $0.path.contains("/\(kind)/") }
                let methods = Dictionary(grouping: asked, by: \.method).mapValues(\.count)
                print("  \(kind): \(methods.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })")
            }
            #expect(extra.count <= budget)
        }
        #expect(peaks[2] - peaks[0] < 32 << 20)
        #expect(peaks[3] - peaks[1] < 32 << 20)
    }

    @Test func `fewer requests are under way after a registry said 429, and more again later`() throws {
        let source = try FakeRegistry()
        let images = ManyImages(200, layers: 3, bytes: 4096, in: source)
        _ = try run(exporting(images, from: source))
        let target = try FakeRegistry(
            .with { $0.hasReferrersAPI = true }, fault: BusyPhase(after: 600, for: 12).fault)
        let result = try run(importing(into: target, concurrency: 16))
        let exchanges = target.exchanges
        let last = try #require(exchanges.lastIndex { $0.status == 429 })
        let first = try #require(exchanges.firstIndex { $0.status == 429 })
        let before = exchanges[(first - 200)..<first].map(\.underWay).max() ?? 0
        let after = exchanges[(last + 1)...].prefix(30).map(\.underWay).max() ?? 0
        let later = exchanges[(last + 400)...].prefix(400).map(\.underWay).max() ?? 0
        print("429: under way at most \(before) before, \(after) right after, \(later) later")
        print(result.errors)
        #expect(before > 8)
        #expect(after <= before / 2)
        #expect(later > after)
    }
}
