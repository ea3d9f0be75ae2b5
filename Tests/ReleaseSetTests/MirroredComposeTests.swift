import OCI
import Testing

@testable import ReleaseSet

/// The images of a compose file in the mirror.
@Suite struct MirroredComposeTests {
    private let mirror = "registry.example.com/cloudgrid"

    private func mirrored(
        _ compose: String, settings: String = "R=ghcr.io/cloudgrid-dev\nT=v1.0.0-beta\n",
        files: Set<String> = [],
        extras: [ExtraImage]? = nil,
    ) throws -> MirroredCompose {
        try ComposeFile(Array(compose.utf8)).mirrored(
            to: try RegistryLocation(Fixtures.location), images: try Fixtures.manifest().images,
            extras: extras ?? Fixtures.extras(),
            settings: try ComposeEnvironment(Array(settings.utf8), document: "e").settings, files: files)
    }

    private func digest(_ name: String) -> Digest { Digest(of: Array(name.utf8)) }

    @Test(arguments: [
        ("${R}/cloudgrid-bff:${T}", "cloudgrid-bff", "cloudgrid-bff"),
        (
            "${X:-ghcr.io/cloudgrid-dev}/cloudgrid-storage-read:${Y:-v1}", "cloudgrid-storage-read",
            "cloudgrid-storage-read"
        ),
        ("ghcr.io/cloudgrid-dev/cloudgrid-bff", "cloudgrid-bff", "cloudgrid-bff"),
        ("nats:${N:-2.14.0}", "nats", "nats"), ("docker.io/library/nats:2", "nats", "nats"),
        ("surrealdb/surrealdb:v3.1.0", "approved/database", "surrealdb"),
    ])
    func `a service gets its image in the mirror by digest`(image: String, name: String, of: String) throws {
        let compose = try mirrored("services: {x: {image: \"\(image)\"}}")
        #expect(compose.placed == [.init(service: "x", image: "\(mirror)/\(name)@\(digest(of))")])
        #expect(compose.unplaced.isEmpty)
    }

    @Test(arguments: [
        ("image: docker.io/library/caddy:2", "docker.io/library/caddy:2"),
        ("image: \"${X:?must}\"", "${X:?must}"),
        ("build: .", nil),
        // The default is another image than the example's setting.
        ("image: \"${R:-docker.io/x}/cloudgrid-bff:1\"", "ghcr.io/cloudgrid-dev/cloudgrid-bff:1"),
    ])
    func `a service whose image the bundle does not have gets no line`(service: String, image: String?) throws
    {
        let compose = try mirrored("services: {x: {\(service)}}")
        #expect(compose.placed.isEmpty)
        #expect(compose.unplaced == [.init(service: "x", image: image)])
        #expect(ComposeOverride(compose, natsConfiguration: "n").text == "services: {}\n")
    }

    @Test func `without extra images NATS and SurrealDB get no line`() throws {
        let compose = try mirrored(
            "services: {a: {image: \"nats:2\"}, b: {image: \"surrealdb/surrealdb:v3\"}, c: {image: \"${R}/cloudgrid-bff:1\"}}",
            extras: [])
        #expect(compose.placed.map(\.service) == ["c"])
        #expect(compose.unplaced.map(\.service) == ["a", "b"])
    }

    @Test func `files that are mounted and not in the release are named`() throws {
        let compose = try mirrored(
            """
            services:
              nats: {image: "nats:2", volumes: ["./nats.conf:/etc/nats.conf:ro", "data:/data", "./cloudgrid.env.example:/e"]}
              other: {image: "x:1", volumes: ["${D:-.}/conf/nats.conf:/c", "/etc/hosts:/h", "${E:-./e}:/e"]}
            """, settings: "E=/e\n", files: ["cloudgrid.env.example"])
        #expect(
            compose.missingMounts.map { "\($0.service) \($0.path) \($0.target) \($0.isNATSConfiguration)" }
                == [
                    "nats nats.conf /etc/nats.conf true", "other conf/nats.conf /c false",
                ])
        let text = ComposeOverride(compose, natsConfiguration: "../kit/nats.conf").text
        #expect(
            text == """
                services:
                  "nats":
                    image: "\(mirror)/nats@\(digest("nats"))"
                    volumes:
                      - "../kit/nats.conf:/etc/nats.conf:ro"

                """)
    }

    @Test func `the override is YAML whatever the mount is called`() throws {
        let compose = try mirrored(
            "services: {n: {image: \"nats:2\", volumes: [\"./nats.conf:/a \\\\\\\" # \\u2028\\n{x}\"]}}")
        let text = ComposeOverride(compose, natsConfiguration: "n").text
        let read = try ComposeFile(Array(text.utf8))
        #expect(read.services.first?.mounts.first?.target == "/a \\\" # \u{2028}\n{x}")
        #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
    }

    @Test func `an image that is written short is the one that a container engine would pull`() throws {
        let caddy = ExtraImage(
            repository: try RepositoryName("caddy"), digest: digest("caddy"),
            source: "docker.io/library/caddy:2")
        let compose = try mirrored("services: {x: {image: \"caddy:2\"}}", extras: [caddy])
        #expect(compose.placed == [.init(service: "x", image: "\(mirror)/caddy@\(digest("caddy"))")])
    }

    @Test func `every profile is listed once`() throws {
        let compose = try mirrored(
            "services: {a: {image: x, profiles: [p, q]}, b: {image: y, profiles: [q, r]}, c: {image: z}}")
        #expect(compose.profiles == ["p", "q", "r"])
    }
}
