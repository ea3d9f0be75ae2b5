import Testing

@testable import ReleaseSet

/// Images that values name under other keys than `image`.
@Suite struct ImageShapeTests {
    private func references(_ text: String) throws -> [String] {
        let values = try ReleaseValues(Array(text.utf8))
        return values.imageUses().map { values.reference(of: $0) }
    }

    @Test(arguments: [
        "initImage: docker.io/library/busybox:1", "INIT_IMAGE: docker.io/library/busybox:1",
        "extraImages: [docker.io/library/busybox:1]", "images:\n  - docker.io/library/busybox:1",
        "init: {repository: docker.io/library/busybox, tag: '1'}",
        "imageName: docker.io/library/busybox\nimageTag: '1'",
        "job: {imageName: docker.io/library/busybox, tag: '1'}",
        "list:\n  - {repository: docker.io/library/busybox, imageTag: '1'}",
        "image: {imageName: docker.io/library/busybox, imageTag: '1'}",
        "images: {init: docker.io/library/busybox:1}", "image: {init: {image: docker.io/library/busybox:1}}",
    ])
    func `an image is found by its shape`(text: String) throws {
        #expect(try references(text) == ["docker.io/library/busybox:1"])
    }

    @Test(arguments: [
        "showImage: true", "maxImages: 12", "images: []", "noImage: null", "imagePullPolicy: Always",
        "logoImage: https://example.com/a.png", "initImage: 'two words'", "initImage: Upper/Case:1",
        "source: {repository: 'https://git.example.com/x.git', tag: v1}", "chart: {repository: busybox}",
        "a: {imageName: busybox}", "imageRegistry: ghcr.io/x", "images: {pullPolicy: Always}",
    ])
    func `what is no image reference is not taken for one`(text: String) throws {
        #expect(try references(text).isEmpty)
    }

    @Test(arguments: [
        "initImage: docker.io/library/busybox:latest", "images: [busybox]",
        "init: {repository: busybox, tag: latest}",
        "imageName: docker.io/library/busybox\n  imageTag: latest",
    ])
    func `an image of another key gets the verdict of others`(text: String) throws {
        let found = try SampleRelease.newFindings {
            $0.append("extra:\n  \(text)\n", to: "release-values.yaml")
        }
        #expect(found.map(\.reason) == ["values.external"])
        #expect(found.allSatisfy { $0.severity == .missing && $0.found.contains("busybox") })
    }

    @Test func `an image of the release under another key must have its digest`() throws {
        let found = try SampleRelease.newFindings {
            $0.append(
                "extra:\n  initImage: ghcr.io/cloudgrid-dev/cloudgrid-bff:v9.9.9\n", to: "release-values.yaml"
            )
        }
        #expect(found.map(\.reason) == ["set.version"])
    }

    @Test func `the chart's values are searched in the same way`() throws {
        let found = try SampleRelease.newFindings {
            $0.chartFiles["values.yaml", default: []] += Array("initImage: busybox:latest\n".utf8)
        }
        #expect(found.map(\.reason) == ["values.latest"])
    }
}
