import Testing

@testable import ReleaseSet

/// Values that cannot be rewritten for a mirror are refused where they are first read.
@Suite struct RewriteTrialTests {
    @Test func `a registry that an alias uses for something else is refused`() throws {
        let found = try SampleRelease.newFindings {
            $0.replace(
                "imageRegistry: ghcr.io/cloudgrid-dev", with: "imageRegistry: &reg ghcr.io/cloudgrid-dev",
                in: "release-values.yaml")
            $0.append("metrics:\n  registry: *reg\n", to: "release-values.yaml")
        }
        #expect(found.map(\.reason) == ["values.shared"])
        #expect(found.allSatisfy { $0.severity == .contradiction && $0.file == "release-values.yaml" })
    }

    @Test func `a service's image as one string is refused`() throws {
        let digest = try SampleRelease.original.get().parts().manifest.images.first {
            $0.shortName == "cloudgrid-bff"
        }?
        .digest
        let found = try SampleRelease.newFindings {
            $0.replace(
                "  image:\n    repository: cloudgrid-bff\n    digest: \(try #require(digest))",
                with: "  image: ghcr.io/cloudgrid-dev/cloudgrid-bff@\(try #require(digest))",
                in: "release-values.yaml")
        }
        #expect(found.map(\.reason) == ["values.shape"])
        #expect(found.allSatisfy { $0.severity == .contradiction && $0.found.contains("bff.image") })
    }

    @Test func `values in which only a pull secret cannot be named are warned of`() throws {
        let found = try SampleRelease.newFindings {
            $0.replace(
                "imageRegistry: ghcr.io/cloudgrid-dev",
                with: "imageRegistry: ghcr.io/cloudgrid-dev\n  imagePullSecrets: text",
                in: "release-values.yaml")
        }
        #expect(found.map(\.reason) == ["values.shape"])
        #expect(found.allSatisfy { $0.severity == .warning && $0.expected.contains("--pull-secret") })
    }
}
