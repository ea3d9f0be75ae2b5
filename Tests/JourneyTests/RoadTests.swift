import CommandRunner
import Foundation
import Servers
import Testing

/// The whole road: out of the vendor's registry, through a file, into another registry.
@Suite struct RoadTests {
    private let sample: Sample
    private let layout: SampleLayout
    private let target: Target
    private let view: RegistryView

    init() throws {
        sample = try Sample.shared()
        layout = try SampleLayout()
        target = try ImportedSample.shared().target
        view = target.view
    }

    @Test func `export, verify and import succeed`() throws {
        #expect(sample.exported.status == 0, "\(sample.exported.errors)")
        let verified = try RunningProgram.cgbundle(["verify", sample.bundle, "--key", sample.publicKey])
        #expect(verified.status == 0, "\(verified.errors)")
        #expect(
            verified.output.contains("8 images, 1 chart, 61 release files, 9 signature tags, 17 referrers"))
        let imported = try ImportedSample.shared().result
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(imported.output.contains("imported into \(target.location): "))
    }

    @Test func `skopeo finds every image under its version tag and its commit tag`() throws {
        #expect(layout.images.count == 8)
        for image in layout.images {
            for tag in [Sample.version, "sha-0123456789ab"] {
                let said = try RunningProgram.run(
                    "skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}",
                    "docker://\(target.location)/\(image.repository):\(tag)")
                #expect(said.output == image.digest + "\n", "\(image.repository):\(tag): \(said.errors)")
            }
        }
    }

    // skopeo 1.9 inspects images alone; of a chart it gives the manifest and computes its digest.
    @Test func `skopeo finds the chart`() throws {
        let chart = try layout.chart.orThrow("no chart in the sample")
        let raw = try RunningProgram.run(
            "skopeo", "inspect", "--tls-verify=false", "--raw",
            "docker://\(target.location)/charts/cloudgrid:\(chart.tag)")
        let folder = try WorkFolder()
        try Data(raw.output.utf8).write(to: URL(filePath: folder.path + "/manifest.json"))
        let digest = try RunningProgram.run("skopeo", "manifest-digest", folder.path + "/manifest.json")
        #expect(digest.output == chart.digest + "\n")
    }

    @Test func `every tag of the vendor names the same digest, signature tags among them`() throws {
        #expect(layout.signatures.count == 9)
        #expect(layout.signatures.filter { $0.tag.hasSuffix(".att") }.count == 1)
        for entry in layout.named {
            #expect(
                try view.digest(entry.repository, entry.tag) == entry.digest,
                "\(entry.repository):\(entry.tag)")
        }
        #expect(try view.brokenTags() == [])
    }

    @Test func `referrers are listed under the fallback tag of their subject, and are there`() throws {
        #expect(layout.referrers.count == 17)
        for referrer in layout.referrers {
            let tag = referrer.subject.replacing(":", with: "-")
            let list = try view.manifest(referrer.repository, tag).orThrow(
                "no list \(referrer.repository):\(tag)")
            let listed = try OCIDocument(list.bytes).manifests?.first { $0.digest == referrer.digest }
            #expect(listed?.artifactType == "application/vnd.dev.sigstore.bundle.v0.3+json", "\(referrer)")
            #expect(try view.digest(referrer.repository, referrer.digest) == referrer.digest)
        }
    }

    @Test func `the referrer of a referrer travels`() throws {
        let all = Set(layout.referrers.map(\.digest))
        let second = layout.referrers.filter { all.contains($0.subject) }
        #expect(second.map(\.repository) == ["cloudgrid-control-plane"])
        for referrer in second { #expect(try view.digest(referrer.repository, referrer.digest) != nil) }
    }

    @Test func `the release artifact lists every release file with its bytes`() throws {
        let found = try view.manifest("releases/cloudgrid", Sample.version).orThrow("no release artifact")
        let layers = try OCIDocument(found.bytes).layers ?? []
        let names = layers.compactMap { $0.annotations?["org.opencontainers.image.title"] }
        #expect(
            try names.sorted() == FileManager.default.contentsOfDirectory(atPath: Sample.release).sorted())
        for (name, layer) in zip(names, layers) {
            let file = try Data(contentsOf: URL(filePath: Sample.release + "/" + name))
            #expect(try view.blob("releases/cloudgrid", layer.digest) == Array(file), "\(name)")
        }
    }

    @Test func `what repositories share is uploaded once and mounted`() throws {
        let artifact = try view.manifest("releases/cloudgrid", Sample.version).orThrow("no release artifact")
        let distinct = try layout.blobs.union(OCIDocument(artifact.bytes).blobs.map(\.digest))
        let requests = try ImportedSample.shared().requests
        let uploaded = requests.filter { $0.method == "PUT" && $0.path.contains("/blobs/uploads/") }
            .compactMap {
                $0.query.firstMatch(of: /digest=sha256(?::|%3A)([0-9a-f]{64})/).map { "sha256:" + $0.1 }
            }
        #expect(uploaded.count == distinct.count)
        #expect(Set(uploaded) == distinct)
        let mounts = requests.filter { $0.query.contains("mount=") }
        #expect(mounts.count > 0)
        #expect(mounts.allSatisfy { $0.method == "POST" && $0.status == 201 })
    }

    @Test func `a registry and a layout give the same file to the byte`() throws {
        let folder = try WorkFolder()
        let output = folder.path + "/cloudgrid.tar"
        let exported = try sample.export(to: output)
        #expect(exported.status == 0, "\(exported.errors)")
        for suffix in ["", ".statement.json", ".sigstore.json"] {
            let (one, other) = (URL(filePath: sample.bundle + suffix), URL(filePath: output + suffix))
            #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(suffix)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }

    @Test func `a tag that the vendor has moved changes nothing, as images are asked for by their digests`()
        throws
    {
        let source = try RegistryProcess()
        let filled = try RunningProgram.run(
            CommandRunner.checkout + "/scripts/make-testdata", "--push", "\(source.host)/cloudgrid-dev")
        #expect(filled.status == 0, "\(filled.errors)")
        let moved = RegistryView(port: source.port, prefix: "cloudgrid-dev")
        for tag in [Sample.version, "sha-0123456789ab"] {
            let before = try moved.digest("cloudgrid-bff", tag)
            #expect(try moved.putOther("cloudgrid-bff", tag: tag) != before)
        }
        let folder = try WorkFolder()
        let output = folder.path + "/out.tar"
        let exported = try RunningProgram.cgbundle(
            [
                "export", Sample.release, "--output", output, "--key", sample.key, "--source-registry",
                "\(source.host)/cloudgrid-dev", "--plain-http", "\(source.host)",
            ] + Sample.trust, environment: Sample.epoch)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            try Data(contentsOf: URL(filePath: output)) == Data(contentsOf: URL(filePath: sample.bundle)))
    }

    @Test func `skopeo copies every image straight from the bundle`() throws {
        let folder = try WorkFolder()
        for image in layout.images {
            let copied = folder.path + "/" + image.repository
            let said = try RunningProgram.run(
                "skopeo", "--insecure-policy", "copy", "--quiet", "--all",
                "oci-archive:\(sample.bundle):\(image.repository)", "dir:\(copied)")
            #expect(said.status == 0, "\(image.repository): \(said.errors)")
            let digest = try RunningProgram.run("skopeo", "manifest-digest", copied + "/manifest.json")
            #expect(digest.output == image.digest + "\n")
        }
    }
}
