import CommandRunner
import Foundation
import Servers
import Testing

/// Images that the operator names travel beside the release, from where their names say.
@Suite struct ExtraImageTests {
    private let folder: WorkFolder
    private let sample: Sample
    private let other: RegistryProcess
    private let digest: String

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
        other = try RegistryProcess()
        let view = RegistryView(port: other.port, prefix: "approved")
        digest = try view.putOther("nats", tag: "2.12").orThrow("no image")
        _ = try view.putOther("nats", tag: digest.replacing(":", with: "-") + ".sig")
    }

    private var bundle: String { folder.path + "/cloudgrid.tar" }
    private var reference: String { "\(other.host)/approved/nats:2.12@\(digest)" }

    private func fromRegistry(_ images: String..., options: [String] = []) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            [
                "export", Sample.release, "--output", bundle, "--key", sample.key, "--source-registry",
                sample.sourceRegistry, "--plain-http", "\(sample.source.host)", "--plain-http",
                "\(other.host)",
            ] + Sample.trust + images.flatMap { ["--image", $0] } + options, environment: Sample.epoch)
    }

    @Test func `an image of another registry is beside the release in the target and in the values`() throws {
        let exported = try fromRegistry(reference)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            exported.output.contains("  in all     9 images, 1 chart, 61 release files, 10 signature tags"))
        let target = try Target()
        let record = folder.path + "/record"
        let imported = try target.importDirectly(bundle, record: record, "--pull-secret", "reader")
        #expect(imported.status == 0, "\(imported.errors)")
        let raw = try RunningProgram.run(
            "skopeo", "inspect", "--tls-verify=false", "--raw", "docker://\(target.location)/nats:2.12")
        #expect(raw.status == 0, "\(raw.errors)")
        let manifest = folder.path + "/manifest.json"
        try Data(raw.output.utf8).write(to: URL(filePath: manifest))
        #expect(try RunningProgram.run("skopeo", "manifest-digest", manifest).output == digest + "\n")
        let signature = digest.replacing(":", with: "-") + ".sig"
        #expect(try target.view.tags("nats") == ["2.12", signature])
        let kept = "\(record)/cloudgrid/release/\(Sample.version)-r1"
        let values = try String(
            contentsOfFile: kept + "/install/release-values.mirrored.yaml", encoding: .utf8)
        #expect(values.contains("\(target.location)/nats") && values.contains(digest))
        let own = folder.path + "/own.yaml"
        try Data((RenderedChart.optionalServices + "nats: {bundled: {enabled: true}}\n").utf8).write(
            to: URL(filePath: own))
        let run = try HelmInstall(kept, [own], in: folder.path)
        #expect(run.result.status == 0, "\(run.result.errors)")
        let rendered = try run.rendered()
        #expect(rendered.images.count == 9)
        #expect(rendered.images["cloudgrid-nats.nats"] == "\(target.location)/nats@\(digest)")
        #expect(rendered.pullSecrets["cloudgrid-nats"] == [])
        #expect(
            run.result.errors.contains(
                "- service account default in cloudgrid with the pull secret reader: StatefulSet cloudgrid-nats name none"
            ))
        #expect(
            run.result.errors.contains(
                "  kubectl patch serviceaccount default --namespace cloudgrid --patch "))
        for (workload, image) in rendered.images {
            try expectCopy(of: image, to: "\(folder.path)/\(workload)")
        }
        let image = try DeploymentRecord(in: kept).images.first { $0.name == "nats" }
        #expect(image?.digest == digest && image?.tags == ["2.12"])
    }

    @Test func `a layout is asked first, a registry only for what the layout has not got`() throws {
        let bff = try SampleLayout().images.first { $0.repository == "cloudgrid-bff" }.orThrow("no image")
        let held = try sample.export(
            to: bundle, "--image", "nowhere.invalid/approved/busybox:1@\(bff.digest)")
        #expect(held.status == 0, "\(held.errors)")
        let fetched = try sample.export(
            to: bundle, "--force", "--plain-http", "\(other.host)", "--image", reference + "=tools/nats:2")
        #expect(fetched.status == 0, "\(fetched.errors)")
        #expect(fetched.output.contains("  tools/nats  "))
        let mirror = folder.path + "/mirror"
        let imported = try RunningProgram.cgbundle(
            sample.importing(bundle, "--layout", mirror, "--no-record"))
        #expect(imported.status == 0, "\(imported.errors)")
        let named = try SampleLayout(mirror).named.first { $0.repository == "tools/nats" }
        #expect(named?.tag == "2" && named?.digest == digest)
    }

    @Test(arguments: [
        ("nats:2.12", "has no digest"), ("nats@DIGEST", "has no tag"), ("nats@DIGEST=broker", "has no tag"),
        ("nats:latest@DIGEST", "the tag latest"), ("nats@DIGEST=broker:latest", "the tag latest"),
        ("nats:1@DIGEST=a:b:c", "has no tag"), ("nats:1@sha256:12", "sha256:12"),
        ("nats:1@DIGEST=Broker:1", "repository name"), ("https://nats:1@DIGEST", "scheme"),
        ("nats:1@DIGEST=broker:", "tag"), ("nats@DIGEST=broker:sha256-1", "the tag sha256-1"),
    ])
    func `a name that leaves something open is a mistake in the command`(name: String, said: String) throws {
        let result = try sample.export(
            to: bundle, "--image",
            name.replacing("DIGEST", with: "sha256:" + String(repeating: "a", count: 64)))
        #expect(result.status == 64, "\(result.errors)")
        #expect(
            result.errors.contains("[image.reference]") && result.errors.contains(said), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: bundle))
    }

    @Test func `a password in a name is refused and not repeated`() throws {
        let name = "mira:correct-horse@\(reference)"
        let result = try sample.export(to: bundle, "--image", name)
        #expect(result.status == 64 && result.errors.contains("[ref.userinfo]"), "\(result.errors)")
        #expect(!result.errors.contains("correct-horse") && !result.output.contains("correct-horse"))
    }

    @Test(arguments: ["cloudgrid-bff", "charts/cloudgrid", "releases/cloudgrid"])
    func `a name that the release has is refused`(name: String) throws {
        let result = try sample.export(to: bundle, "--image", reference + "=\(name):1")
        #expect(result.status == 6, "\(result.errors)")
        #expect(result.errors.contains("[map.collision]"))
        let twice = try fromRegistry(reference, reference + "=nats:3")
        #expect(twice.status == 6 && twice.errors.contains("[map.collision]"), "\(twice.errors)")
    }

    @Test func `two repositories that flat names make one are refused before the target is asked`() throws {
        let exported = try fromRegistry(reference + "=charts-cloudgrid:1")
        #expect(exported.status == 0, "\(exported.errors)")
        let target = try Target()
        let refused = try target.importDirectly(bundle, "--target-profile", "flat")
        #expect(refused.status == 64)
        #expect(
            refused.errors.contains(
                "\(target.location)/charts-cloudgrid: would be both charts-cloudgrid and charts/cloudgrid of the bundle"
            ) && refused.errors.contains("[name.collision]"), "\(refused.errors)")
        target.registry.stop()
        #expect(try target.registry.requests().isEmpty)
    }

    @Test func `an image that its registry has not got is told, whatever may be missing`() throws {
        let absent = "\(other.host)/approved/nats:1@sha256:" + String(repeating: "a", count: 64)
        let result = try fromRegistry(absent, options: ["--allow-missing", "nats"])
        #expect(result.status == 6, "\(result.errors)")
        #expect(
            result.errors.contains("[set.missing]") && result.errors.contains("\(other.host)/approved/nats"))
    }

    @Test func `a password is not sent to a second registry`() throws {
        let result = try fromRegistry(reference, options: ["--username", "mira", "--password-stdin"])
        #expect(result.status == 64, "\(result.errors)")
        #expect(result.errors.contains("[auth.ambiguous]"))
    }
}
