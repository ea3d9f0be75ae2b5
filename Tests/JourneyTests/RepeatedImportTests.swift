import CommandRunner
import Foundation
import Servers
import Testing

/// Importing what is there already, in whole or in part, or what contradicts it.
@Suite struct RepeatedImportTests {
    private let layout: SampleLayout

    init() throws {
        layout = try SampleLayout()
    }

    private func bff() throws -> SampleLayout.Named {
        try layout.images.first { $0.repository == "cloudgrid-bff" }.orThrow("no cloudgrid-bff in the sample")
    }

    @Test func `a second import writes nothing and says so`() throws {
        let imported = try ImportedSample.shared()
        let proxy = try RegistryProxy(to: imported.target.registry)
        let again = try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--registry", proxy.host + "/cloudgrid", "--plain-http", proxy.host, "--no-record",
            ])
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.contains("already imported"))
        #expect(proxy.answered.count > 0)
        #expect(proxy.writes.map(\.target) == [])
    }

    @Test func `a tag that names something else is a conflict, found before any upload`() throws {
        let target = try Target()
        let folder = try WorkFolder()
        let other = try target.view.putOther("cloudgrid-bff", tag: Sample.version)
        let refused = try RunningProgram.cgbundle(
            target.importing(record: folder.path + "/record", "--format", "json"))
        #expect(refused.status == 6)
        #expect(try Refused(refused).reason == "tag.conflict")
        #expect(
            try Refused(refused).message.contains("cloudgrid-bff:\(Sample.version): is \(other ?? "?") there")
        )
        #expect(target.proxy.answered.count > 0)
        #expect(target.proxy.writes.map(\.target) == [])
        #expect(try target.view.allTags() == ["cloudgrid-bff:\(Sample.version)"])
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: folder.path + "/record").contains(
                "cloudgrid"))
    }

    @Test func `a co-signed signature tag is left alone and the vendor's is there by digest`() throws {
        let target = try Target()
        let folder = try WorkFolder()
        let bff = try bff()
        let signature = try layout.signatures.first {
            $0.tag == bff.digest.replacing(":", with: "-") + ".sig"
        }
        .orThrow("no signature of cloudgrid-bff")
        let other = try target.view.putOther("cloudgrid-bff", tag: signature.tag)
        let imported = try RunningProgram.cgbundle(target.importing(record: folder.path + "/record"))
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(imported.errors.contains("was left alone"))
        #expect(try target.view.digest("cloudgrid-bff", signature.tag) == other)
        #expect(try target.view.digest("cloudgrid-bff", signature.digest) == signature.digest)
        #expect(try target.view.digest("cloudgrid-bff", Sample.version) == bff.digest)
        let record = try DeploymentRecord(in: folder.path + "/record/cloudgrid/release/\(Sample.version)-r1")
        let left = record.signatureTags.filter { $0.state == "left-alone" }
        #expect(left.map(\.tag) == [signature.tag])
        #expect(left.map(\.digest) == [other])
    }

    @Test func `an image that somebody copied without what proves it is completed`() throws {
        let target = try Target()
        let bff = try bff()
        let named = layout.named.filter { $0.repository == bff.repository }
        for item in named {
            let copied = try RunningProgram.run(
                "skopeo",
                "copy", "--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false",
                "oci:\(CommandRunner.checkout)/testdata/sample/images:\(item.repository):\(item.tag)",
                "docker://\(target.location)/\(item.repository):\(item.tag)")
            #expect(copied.status == 0, "\(copied.errors)")
        }
        let fallback = bff.digest.replacing(":", with: "-")
        #expect(try target.view.digest(bff.repository, fallback) == nil)
        let imported = try target.importDirectly()
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try target.view.digest(bff.repository, fallback) != nil)
    }

    @Test func `a dry run writes nothing and counts what the registry's log then shows`() throws {
        let (target, folder) = (try Target(), try WorkFolder())
        let dry = try RunningProgram.cgbundle(
            target.importing(record: folder.path + "/record", "--dry-run", "--format", "json"))
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(target.proxy.answered.count > 0)
        #expect(target.proxy.writes.map(\.target) == [])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/record"))
        let plan = try ImportOutcome(dry).plan.orThrow("no plan in the output")
        let real = try target.importDirectly(nil, "--format", "json")
        #expect(try ImportOutcome(real).result == plan)
        // Its log is complete only when the registry has ended.
        target.registry.stop()
        let log = try target.registry.requests()
        let puts = log.filter { $0.method == "PUT" && $0.status == 201 }
        let names = puts.compactMap { put in
            put.path.firstRange(of: "/manifests/").map { String(put.path[$0.upperBound...]) }
        }
        #expect(puts.filter { $0.path.contains("/blobs/uploads/") }.count == plan.uploads)
        #expect(log.filter { $0.query.contains("mount=") && $0.status == 201 }.count == plan.mounts)
        #expect(names.filter { $0.hasPrefix("sha256:") }.count == plan.manifests)
        #expect(names.filter { !$0.hasPrefix("sha256") || $0.contains(".") }.count == plan.tags)
    }
}
