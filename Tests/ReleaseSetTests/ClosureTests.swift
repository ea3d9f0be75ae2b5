import OCI
import Testing

@testable import ReleaseSet

/// The list of all images that values and compose can name.
@Suite struct ClosureTests {
    static let digest = "sha256:" + String(repeating: "d", count: 64)

    /// Values of the vendor's shape: one service, NATS without a slash, SurrealDB with one.
    static let values = """
        global: {imageRegistry: ghcr.io/cloudgrid-dev}
        bff: {image: {repository: cloudgrid-bff, tag: "", digest: ""}}
        nats: {bundled: {enabled: false, image: {repository: nats, tag: 2.14.0, digest: ""}}}
        surrealdb: {bundled: {enabled: false, image: {repository: surrealdb/surrealdb, tag: v3.1.0}}}

        """
    static let compose = """
        services:
          nats: {image: "nats:${CLOUDGRID_NATS_IMAGE_TAG:-2.14.0}"}
          surrealdb: {image: "surrealdb/surrealdb:${CLOUDGRID_SURREALDB_IMAGE_TAG:-v3.1.0}"}
          bff: {profiles: [x], image: "${CLOUDGRID_IMAGE_REGISTRY:-ghcr.io/cloudgrid-dev}/cloudgrid-bff:${CLOUDGRID_IMAGE_TAG:-v1.0.0-beta}"}

        """

    static func parts(_ change: (inout SampleRelease) throws -> Void = { _ in }) throws -> ReleaseParts {
        var release = try SampleRelease.original.get()
        release.chartFiles = [
            "Chart.yaml": release.chartFiles["Chart.yaml"] ?? [], "values.yaml": Array(values.utf8),
        ]
        release.files["cloudgrid.compose.yaml"] = Array(compose.utf8)
        release.files["cloudgrid.env.example"] = Array("CLOUDGRID_IMAGE_TAG=v1.0.0-beta\n".utf8)
        try change(&release)
        return try release.parts()
    }

    static func closure(_ change: (inout SampleRelease) throws -> Void = { _ in }) throws -> Closure {
        Closure(of: try parts(change))
    }

    static func extra(_ source: String, as name: String) throws -> ExtraImage {
        ExtraImage(repository: try RepositoryName(name), digest: try Digest(digest), source: source)
    }

    static func dependencies() throws -> [ExtraImage] {
        [
            try extra("docker.io/library/nats:2.14.0", as: "nats"),
            try extra("docker.io/surrealdb/surrealdb:v3.1.0", as: "surrealdb"),
        ]
    }

    @Test func `what is named and not in the bundle is listed with the options that add it`() throws {
        let closure = try Self.closure()
        #expect(closure.missing.map(\.reference) == ["nats:2.14.0", "surrealdb/surrealdb:v3.1.0"])
        #expect(closure.missing.map(\.name) == ["docker.io/library/nats", "docker.io/surrealdb/surrealdb"])
        #expect(closure.missing.first?.rendered == ["ghcr.io/cloudgrid-dev/nats:2.14.0"])
        #expect(
            closure.missing.first?.places.map(\.text) == [
                "cloudgrid-1.0.0-beta.tgz: values.yaml: line 3: nats.bundled.image",
                "cloudgrid.compose.yaml: line 2: services.nats.image",
            ])
        #expect(
            closure.imageOptions == [
                "nats:2.14.0@sha256:<digest>", "surrealdb/surrealdb:v3.1.0@sha256:<digest>",
            ])
        #expect(
            closure.sentence(in: .bundle)
                == "2 of 10 images that values and compose can name are not in the bundle; templates are not rendered by the program"
        )
        let details = closure.details(in: .target)
        #expect(
            details.first
                == "not in the target: nats:2.14.0, named in cloudgrid-1.0.0-beta.tgz: values.yaml: line 3: nats.bundled.image, and 1 more"
        )
        #expect(details.contains { $0.contains("--with-dependencies") })
        #expect(details.contains("  --image nats:2.14.0@sha256:<digest>"))
        #expect(!closure.isComplete)
    }

    @Test func `with its dependencies a release is whole`() throws {
        let closure = try Self.closure { $0.arrange = { $0.extraImages = try Self.dependencies() } }
        #expect(closure.isComplete && closure.missing.isEmpty && closure.details(in: .bundle).isEmpty)
        #expect(
            closure.sentence(in: .target)
                == "every image that values and compose can name is in the target (10); templates are not rendered by the program"
        )
        #expect(closure.images.map(\.carriedDigest).allSatisfy { $0 != nil })
        #expect(closure.images.filter { $0.carriedDigest?.description == Self.digest }.count == 2)
    }

    @Test func `without compose files the sentence does not speak of compose`() throws {
        let closure = try Self.closure { $0.files["cloudgrid.compose.yaml"] = nil }
        #expect(closure.sentence(in: .bundle).contains("images that values can name"))
    }

    @Test func `a profile is put over the values as helm does it`() throws {
        let closure = try Self.closure {
            $0.chartFiles["profiles/a.yaml"] = Array("nats: {bundled: {image: {tag: 2.15.0}}}\n".utf8)
            $0.chartFiles["profiles/b.yaml"] = Array(
                "surrealdb: {bundled: {image: {digest: '\(Self.digest)'}}}\n".utf8)
            $0.chartFiles["profiles/c.yaml"] = Array("job: {initImage: quay.io/a/b:1}\n".utf8)
        }
        #expect(
            closure.missing.map(\.reference) == [
                "nats:2.14.0", "nats:2.15.0", "surrealdb/surrealdb:v3.1.0",
                "surrealdb/surrealdb@\(Self.digest)",
                "quay.io/a/b:1",
            ])
        #expect(
            closure.imageOptions == [
                "nats:2.14.0@sha256:<digest>", "nats:2.15.0@sha256:<digest>=nats-2.15.0:2.15.0",
                "surrealdb/surrealdb@\(Self.digest)=surrealdb:<version>",
                "surrealdb/surrealdb:v3.1.0@sha256:<digest>=surrealdb-v3.1.0:v3.1.0",
                "quay.io/a/b:1@sha256:<digest>",
            ])
    }

    @Test func `a profile with another registry names images that are not in the bundle`() throws {
        let closure = try Self.closure {
            $0.chartFiles["profiles/a.yaml"] = Array("global: {imageRegistry: quay.io/other}\n".utf8)
        }
        #expect(closure.missing.contains { $0.name == "quay.io/other/cloudgrid-bff" })
    }

    @Test func `compose is read with the example's settings and with its defaults`() throws {
        let closure = try Self.closure {
            $0.append("CLOUDGRID_NATS_IMAGE_TAG=2.15.0\n", to: "cloudgrid.env.example")
            $0.append("  other: {image: \"quay.io/a/b:$UNSET\"}\n", to: "cloudgrid.compose.yaml")
        }
        #expect(closure.missing.map(\.reference).contains("nats:2.15.0"))
        #expect(closure.missing.map(\.reference).contains("nats:2.14.0"))
        #expect(closure.unresolved.map(\.item) == ["line 5: services.other.image"])
    }

    @Test func `an image that a template names literally is in the list and gets the verdict of others`()
        throws
    {
        func parts(_ text: String) throws -> ReleaseParts {
            try Self.parts { $0.arrange = { $0.chart.templateImages = [("templates/job.yaml", 7, text)] } }
        }
        let named = try parts("quay.io/a/b:1")
        #expect(Closure(of: named).missing.map(\.reference).contains("quay.io/a/b:1"))
        #expect(Coherence(named).templateFindings.map(\.reason) == ["values.external"])
        #expect(
            Coherence(try parts("quay.io/a/b:latest")).templateFindings.map(\.reason) == ["values.latest"])
        #expect(Coherence(try parts("quay.io/a/b")).templateFindings.map(\.reason) == ["values.latest"])
        #expect(Coherence(try parts("No Reference")).templateFindings.isEmpty)
    }

    @Test func `what the program does not read is named, and the sentence does not pass over it`() throws {
        let closure = try Self.closure {
            $0.arrange = {
                $0.extraImages = try Self.dependencies()
                $0.chart.subcharts = ["charts/broker"]
            }
        }
        #expect(!closure.isComplete && closure.missing.isEmpty)
        #expect(closure.sentence(in: .bundle).contains("except for what the program cannot read"))
        #expect(closure.details(in: .bundle).contains { $0.contains("charts/broker") })
    }

    @Test func `another version in the bundle is told and is a warning`() throws {
        let parts = try Self.parts {
            $0.arrange = {
                $0.extraImages = [
                    try Self.extra("approved.example.com/nats:2.12", as: "nats"), try Self.dependencies()[1],
                ]
            }
        }
        let closure = Closure(of: parts)
        #expect(closure.missing.isEmpty && closure.substituted.map(\.reference) == ["nats:2.14.0"])
        #expect(
            closure.details(in: .bundle).contains {
                $0.contains("nats:2.14.0") && $0.contains("approved.example.com/nats:2.12@\(Self.digest)")
            })
        let warnings = Coherence(parts).versionsOfParts
        #expect(warnings.map(\.reason) == ["dependency.version"])
        #expect(
            warnings.allSatisfy { $0.severity == .warning && $0.found == "approved.example.com/nats:2.12" })
    }

    @Test func `another version in compose than in the chart is a warning, and both are named`() throws {
        let parts = try Self.parts {
            $0.replace("NATS_IMAGE_TAG:-2.14.0", with: "NATS_IMAGE_TAG:-2.15.0", in: "cloudgrid.compose.yaml")
        }
        let warnings = Coherence(parts).versionsOfParts
        #expect(warnings.map(\.found) == ["nats:2.15.0"])
        #expect(warnings.map(\.expected) == ["nats:2.14.0, as the chart"])
        #expect(warnings.map(\.item) == ["line 2: services.nats.image"])
        #expect(Closure(of: parts).missing.map(\.reference).contains("nats:2.14.0"))
    }

    @Test func `a release image that is left out is missing, and no option of ours adds it`() throws {
        let closure = try Self.closure {
            $0.arrange = {
                $0.extraImages = try Self.dependencies()
                $0.images["cloudgrid-bff"] = nil
            }
        }
        #expect(closure.missing.map(\.reference) == ["ghcr.io/cloudgrid-dev/cloudgrid-bff"])
        #expect(closure.imageOptions.isEmpty)
    }

    @Test func `of two versions the chart's values and each compose service get the one that they name`()
        throws
    {
        let extras = [
            try Self.extra("docker.io/library/nats:2.14.0", as: "nats"),
            ExtraImage(
                repository: try RepositoryName("nats-2.15.0"), digest: Digest(of: [1]),
                source: "docker.io/library/nats:2.15.0"),
        ]
        let location = try RegistryLocation(Fixtures.location)
        let mirrored = try ReleaseValues([]).mirrored(
            to: location, manifest: try Fixtures.manifest(), extras: extras,
            chart: [try ReleaseValues(Array(Self.values.utf8))])
        let values = try ReleaseValues(mirrored.bytes)
        let nats = values.imageUses().first { $0.path == ["nats", "bundled", "image"] }
        #expect(nats.map { values.reference(of: $0) } == "\(Fixtures.location)/nats@\(Self.digest)")
        #expect(mirrored.unplaced == ["docker.io/library/nats@\(Digest(of: [1]))"])
        let compose = try ComposeFile(
            Array(
                "services: {a: {image: 'nats:2.15.0'}, b: {image: 'nats:2.14.0'}, c: {image: 'nats:2.16.0'}}"
                    .utf8))
        let services = try compose.mirrored(
            to: location, images: [], extras: extras, settings: [:], files: [])
        #expect(
            services.placed.map(\.image) == [
                "\(Fixtures.location)/nats-2.15.0@\(Digest(of: [1]))",
                "\(Fixtures.location)/nats@\(Self.digest)",
            ])
        #expect(services.unplaced.map(\.service) == ["c"])
    }
}
