import OCI
import Testing

@testable import ReleaseSet

@Suite struct EnvironmentFileTests {
    private func mirrored(_ text: String) throws -> MirroredEnvironment {
        try EnvironmentFile(Array(text.utf8)).mirrored(
            to: try RegistryLocation(Fixtures.location), manifest: try Fixtures.manifest(),
            extras: try Fixtures.extras())
    }

    @Test func `the vendor's example becomes the mirror's and no other byte changes`() throws {
        let mirrored = try EnvironmentFile(Fixtures.bytes("cloudgrid.env.example")).mirrored(
            to: try RegistryLocation(Fixtures.location), manifest: try Fixtures.manifest(),
            extras: try Fixtures.extras())
        let expected = try Fixtures.bytes("cloudgrid.mirrored.env")
        #expect(String(decoding: mirrored.bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        #expect(mirrored.bytes == expected)
        #expect(
            mirrored.changes.map(\.key) == [
                "CLOUDGRID_REGISTRY", "MIRROR", "BFF_IMAGE", "READER_IMAGE", "NATS_IMAGE", "SURREALDB_IMAGE",
                "OTHER",
            ])
        #expect(mirrored.unplaced == ["PROXY_IMAGE=docker.io/library/caddy:2", "TOOL=quay.io/acme/tool:1"])
        #expect(mirrored.holdsLocation)
    }

    @Test(arguments: [
        ("R=ghcr.io/cloudgrid-dev", "R=registry.example.com/cloudgrid"),
        ("R=ghcr.io/cloudgrid-dev/\r\n", "R=registry.example.com/cloudgrid/\r\n"),
        ("  export R = 'ghcr.io/cloudgrid-dev' # x\n", "  export R = 'registry.example.com/cloudgrid' # x\n"),
        ("R=\"ghcr.io/cloudgrid-dev\"\n", "R=\"registry.example.com/cloudgrid\"\n"),
        ("\u{FEFF}R=ghcr.io/cloudgrid-dev\r\n", "\u{FEFF}R=registry.example.com/cloudgrid\r\n"),
        ("R: ghcr.io/cloudgrid-dev", "R: registry.example.com/cloudgrid"),
        ("H=ghcr.io\nR=${H}/cloudgrid-dev\n", "H=ghcr.io\nR=registry.example.com/cloudgrid\n"),
        ("R=\"${H:-ghcr.io}\\/cloudgrid-dev\"", "R=\"${H:-ghcr.io}\\/cloudgrid-dev\""),
        ("R=\"ghcr.io/cloudgrid\\0055dev\"", "R=\"registry.example.com/cloudgrid\""),
        ("N='a\nb' R=ghcr.io/cloudgrid-dev", "N='a\nb' R=registry.example.com/cloudgrid"),
    ])
    func `the location is set in its place`(text: String, expected: String) throws {
        let mirrored = try mirrored(text)
        #expect(String(decoding: mirrored.bytes, as: UTF8.self) == expected)
        #expect(mirrored.holdsLocation == (text != expected))
    }

    @Test(arguments: [
        "# R=ghcr.io/cloudgrid-dev\n", "R=ghcr.io/cloudgrid-devel\n", "R=https://ghcr.io/cloudgrid-dev\n",
        "R=ghcr.io\\/cloudgrid-dev\n", "R='ghcr.io${X}/cloudgrid-dev'\n", "=ghcr.io/cloudgrid-dev",
        "9=ghcr.io/cloudgrid-dev\n", "R=\n", "R", "NATS_HOST=nats\n", "NATS_URL=nats:4222\n",
        "URL=nats://nats:4222\n",
        "", "\u{FEFF}# x\n",
    ])
    func `what is no setting with a place is left alone`(text: String) throws {
        let mirrored = try mirrored(text)
        #expect(mirrored.bytes == Array(text.utf8))
        #expect(mirrored.changes.isEmpty && mirrored.unplaced.isEmpty && !mirrored.holdsLocation)
    }

    @Test func `bytes of a value that are not UTF-8 survive`() throws {
        let start: [UInt8] = Array("A=".utf8) + [0xFF, 0x00, 0xC0, 0x0A]
        let mirrored = try EnvironmentFile(start + Array("R=ghcr.io/cloudgrid-dev".utf8)).mirrored(
            to: try RegistryLocation(Fixtures.location), manifest: try Fixtures.manifest())
        #expect(mirrored.bytes == start + Array("R=registry.example.com/cloudgrid".utf8))
    }
}
