import CommandRunner
import Foundation
import Servers
import Testing

/// Registries that cannot hold the names of a release, or hold none that were not created before.
@Suite struct TargetProfileTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
    }

    /// - Parameter place: behind the registry's host.
    private func importing(into registry: FakeRegistry, at place: String, _ options: String...) throws
        -> ProgramResult
    {
        try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--registry", registry.authority + "/" + place, "--plain-http", registry.authority,
                "--format", "json",
            ] + options)
    }

    private func uploads(_ registry: FakeRegistry) -> [ScriptedServer.Exchange] {
        registry.exchanges.filter { ["PATCH", "PUT"].contains($0.method) }
    }

    enum Product: CaseIterable {
        case dockerHub, quayBeforeNesting, gitLab

        /// What stands before the names of a release; in GitLab a project in a group, and one of the two levels that it allows there.
        var place: String { self == .gitLab ? "group/project/mirror" : "team" }

        var manner: FakeRegistry.Manner {
            .with {
                $0.maximumDepth = self == .gitLab ? 4 : 2
                $0.knowsNoDeeper = self == .quayBeforeNesting
            }
        }
    }

    @Test(arguments: Product.allCases)
    func `names that are too deep are refused before anything is sent, and flat ones are not`(
        product: Product
    )
        throws
    {
        let registry = try FakeRegistry(product.manner)
        let refused = try importing(into: registry, at: product.place, "--no-record")
        #expect(refused.status == (product == .quayBeforeNesting ? 8 : 7))
        let told = try Refused(refused)
        #expect(told.reason == (product == .quayBeforeNesting ? "push.norepo" : "auth.denied"))
        #expect(
            told.message.contains(
                ": \(product.place)/charts/cloudgrid \(product.place)/releases/cloudgrid; if the registry holds "
                    + "no names so deep, --target-profile flat gives it others"))
        #expect(uploads(registry).isEmpty)
        #expect(registry.repositories.isEmpty)
        let profile = ["--target-profile", "flat", "--no-record"]
        let imported = try importing(into: registry, at: product.place, profile[0], profile[1], profile[2])
        #expect(imported.status == 0, "\(imported.errors)")
        let names = Set(registry.repositories.keys)
        #expect(names.count == 10)
        #expect(
            names.isSuperset(of: [
                "\(product.place)/charts-cloudgrid", "\(product.place)/releases-cloudgrid",
                "\(product.place)/cloudgrid-bff",
            ]))
        #expect(registry.brokenTags == [])
        let before = uploads(registry).count
        let again = try importing(into: registry, at: product.place, profile[0], profile[1], profile[2])
        #expect(try ImportOutcome(again).alreadyImported == true)
        #expect(uploads(registry).count == before)
    }

    @Test func `a real registry, the record and the installation have the flat names`() throws {
        let target = try Target()
        let record = folder.path + "/record"
        let imported = try target.importDirectly(record: record, "--target-profile", "flat")
        #expect(imported.status == 0, "\(imported.errors)")
        let kept = "\(record)/cloudgrid/release/\(Sample.version)-r1"
        let document = try DeploymentRecord(in: kept)
        #expect(document.chart.mirrored == "\(target.location)/charts-cloudgrid@\(document.chart.digest)")
        #expect(document.releaseArtifact.mirrored.hasPrefix("\(target.location)/releases-cloudgrid@"))
        #expect(document.images.allSatisfy { $0.mirrored == "\(target.location)/\($0.name)@\($0.digest)" })
        let signed = document.signatureTags.filter { $0.repository.contains("/") }
        #expect(signed.isEmpty && document.signatureTags.count == 9)
        #expect(try target.view.digest("charts-cloudgrid", document.chart.tag) == document.chart.digest)
        #expect(try target.view.digest("charts/cloudgrid", document.chart.tag) == nil)
        let text = try String(contentsOfFile: kept + "/deployment-record.json", encoding: .utf8)
        #expect(text.contains("\"--target-profile flat\""))
        let raw = try RunningProgram.run(
            "skopeo", "inspect", "--tls-verify=false", "--raw",
            "docker://\(target.location)/charts-cloudgrid:\(document.chart.tag)")
        #expect(raw.status == 0, "\(raw.errors)")
        let verified = try RunningProgram.cgbundle([
            "verify-image", document.images[0].mirrored, "--plain-http", "\(target.registry.host)",
            "--trusted-root", CommandRunner.checkout + "/testdata/trust/trusted_root.json",
            "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com",
            "--certificate-identity",
            "https://github.com/cloudgrid-dev/cloudgrid/.github/workflows/release.yml@refs/heads/main",
            "--source-repository", "https://github.com/cloudgrid-dev/cloudgrid",
        ])
        #expect(verified.status == 0, "\(verified.errors)")
        let again = try target.importDirectly(record: record, "--target-profile", "flat", "--format", "json")
        #expect(try ImportOutcome(again).alreadyImported == true)
    }

    @Test(arguments: [
        ("docker.io/team", "generic", "name.depth", "give --target-profile flat"),
        ("index.docker.io/team/more", "flat", "name.depth", "give --registry index.docker.io/NAMESPACE"),
        ("docker.io", "generic", "name.depth", "give --registry docker.io/NAMESPACE"),
        ("registry.example.com/" + String(repeating: "a", count: 220), "generic", "name.long", "at most 255"),
    ])
    func `a name that no such registry holds is refused without asking it`(
        place: String, profile: String, word: String, help: String
    ) throws {
        let refused = try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--registry", place, "--no-record", "--format", "json", "--target-profile", profile,
            ])
        #expect(refused.status == 64)
        let told = try Refused(refused)
        #expect(told.reason == word)
        #expect(told.message.contains(help))
    }

    @Test func `every repository that has to be created is told before anything is sent`() throws {
        let all = try Set(SampleLayout().named.map { "apps/" + $0.repository } + ["apps/releases/cloudgrid"])
        let missing = ["apps/charts/cloudgrid", "apps/cloudgrid-bff", "apps/releases/cloudgrid"]
        let registry = try FakeRegistry(.with { $0.created = all.subtracting(missing) })
        let refused = try importing(into: registry, at: "apps", "--no-record", "--max-wait", "1")
        #expect(refused.status == 8)
        let told = try Refused(refused)
        #expect(told.reason == "push.norepo")
        #expect(told.message.hasSuffix("missing: " + missing.joined(separator: " ")))
        #expect(uploads(registry).isEmpty)
        #expect(registry.repositories.isEmpty)
        let begun = registry.exchanges.filter { $0.method == "POST" && $0.status == 202 }
        #expect(registry.exchanges.filter { $0.method == "DELETE" }.count == begun.count)
    }

    @Test func `a repository that would only borrow is asked for before anything is sent too`() throws {
        let bff = try SampleLayout().images.first { $0.repository == "cloudgrid-bff" }.orThrow("no image")
        let folder = try WorkFolder()
        let bundle = folder.path + "/twins.tar"
        let exported = try Sample.shared().export(
            to: bundle, "--image", "nowhere.invalid/approved/busybox:1@\(bff.digest)=zebra:1")
        #expect(exported.status == 0, "\(exported.errors)")
        let all = try Set(SampleLayout().named.map { "apps/" + $0.repository } + ["apps/releases/cloudgrid"])
        let registry = try FakeRegistry(.with { $0.created = all })
        let refused = try RunningProgram.cgbundle(
            Sample.shared().importing(bundle) + [
                "--registry", registry.authority + "/apps", "--plain-http", registry.authority, "--no-record",
                "--format", "json",
            ])
        let told = try Refused(refused)
        #expect(told.reason == "push.norepo")
        #expect(told.message.hasSuffix("missing: apps/zebra"))
        #expect(uploads(registry).isEmpty)
    }

    @Test func `what is begun ahead is used, and costs no request`() throws {
        let registry = try FakeRegistry()
        let imported = try importing(into: registry, at: "apps", "--no-record")
        #expect(imported.status == 0, "\(imported.errors)")
        let begun = registry.exchanges.filter { $0.method == "POST" && !$0.target.contains("mount=") }
        let closed = registry.exchanges.filter {
            $0.method == "PUT" && $0.path.contains("/blobs/uploads/")
        }
        #expect(begun.count == closed.count)
        #expect(!registry.exchanges.contains { $0.method == "DELETE" })
    }
}
