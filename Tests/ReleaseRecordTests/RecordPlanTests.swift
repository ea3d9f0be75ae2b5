import BundleFormat
import OCI
import Testing
import Trust
import VendorProof

@testable import ReleaseRecord
@testable import ReleaseSet

/// What is put beside the release's own files.
@Suite struct RecordPlanTests {
    private func text(_ path: String, in plan: RecordPlan) throws -> String {
        guard case .bytes(let bytes) = try #require(plan.files.first { $0.path == path }).content else {
            throw ReleaseSetError.fileName(path)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `the chart's values and profiles lie in a folder as they are in the chart`() async throws {
        let bundle = try await Samples.bundle()
        let plan = try Samples.plan(bundle)
        let inside = plan.files.map(\.path).filter { $0.hasPrefix("install/chart/") }
        #expect(
            inside == [
                "install/chart/profiles/enterprise.yaml", "install/chart/profiles/local.yaml",
                "install/chart/profiles/small.yaml",
                "install/chart/values.yaml",
            ])
        #expect(
            try text("install/chart/values.yaml", in: plan)
                == "global:\n  imageRegistry: ghcr.io/cloudgrid-dev\n")
        #expect(
            try text("install/chart/profiles/enterprise.yaml", in: plan).hasPrefix(
                "# Production: NATS and SurrealDB are"))
        #expect(plan.files.count { $0.path == "release/cloudgrid-1.0.0-beta.tgz" } == 1)
    }

    @Test func `values and settings say where clusters pull from, not where the release was put`()
        async throws
    {
        let bundle = try await Samples.bundle()
        let plan = try RecordPlan(
            bundle, target: Samples.target, pullLocation: try RegistryLocation("mirror.internal:5000/cg"),
            vendor: try bundle.vendorReport(.none(now: Timestamp(seconds: 0))))
        #expect(
            plan.values?.changes.first
                == MirroredValues.Change(
                    key: "global.imageRegistry", old: "ghcr.io/cloudgrid-dev", new: "mirror.internal:5000/cg")
        )
        #expect(
            try text("install/last-values.yaml", in: plan).contains(
                "\nglobal:\n  imageRegistry: mirror.internal:5000/cg\nbff:\n  image:\n"
                    + "    repository: mirror.internal:5000/cg/cloudgrid-bff\n    tag: \"\"\n    digest: sha256:"
            ))
        #expect(
            try text("install/pull-secret.yaml", in: plan).contains("--docker-server=mirror.internal:5000 "))
    }

    @Test func `the pull secret is the documented one, or the one that is named, and holds no credentials`()
        async throws
    {
        let bundle = try await Samples.bundle()
        let plain = try Samples.plan(bundle)
        #expect(
            try text("install/pull-secret.yaml", in: plain).contains("\n  name: \"cloudgrid-registry\"\n"))
        #expect(!(try text("install/release-values.mirrored.yaml", in: plain).contains("imagePullSecrets")))
        let named = try Samples.plan(bundle, pullSecret: try PullSecretName("mirror.reader"))
        let secret = try text("install/pull-secret.yaml", in: named)
        #expect(secret.contains("\n  name: \"mirror.reader\"\n  namespace: cloudgrid\n"))
        #expect(secret.contains("\ntype: kubernetes.io/dockerconfigjson\n"))
        #expect(secret.contains("kubectl create secret docker-registry mirror.reader --namespace cloudgrid"))
        #expect(
            secret.hasSuffix(
                "{\"auths\": {\"registry.example.com\": {\"username\": \"\", \"password\": \"\"}}}\n"))
        #expect(
            try text("install/release-values.mirrored.yaml", in: named).contains("- name: mirror.reader\n"))
    }

    @Test func `the report names every change with old and new`() async throws {
        let plan = try Samples.plan(try await Samples.bundle())
        let report = try text("install/values-report.txt", in: plan)
        #expect(
            report.contains(
                """
                  global.imageRegistry
                    old  ghcr.io/cloudgrid-dev
                    new  registry.example.com/cloudgrid

                """))
        #expect(
            report.contains(
                "Images of the bundle for which the values have no place: none\n"
            ))
    }

    @Test func `what a report quotes cannot write the reader's screen`() async throws {
        let closure = try await Samples.bundle().closure
        let values = MirroredValues(
            bytes: [], changes: [.init(key: "a\u{1B}[2J", old: nil, new: "b\n")], tags: [], unplaced: [],
            foreign: ["evil\u{202E}"])
        let written = ValuesReport(values: values, environment: nil, compose: nil, closure: closure)
        let report = String(decoding: written.bytes, as: UTF8.self)
        #expect(report.contains("a\\u{1b}[2J\n    old  (not there)\n    new  b\\u{a}\n"))
        #expect(report.contains("  evil\\u{202e}\n"))
    }

    @Test func `for a layout there are no places to install from`() async throws {
        let bundle = try await Samples.bundle()
        let plan = try RecordPlan(
            bundle, target: "oci:/srv/layout", pullLocation: nil,
            vendor: try bundle.vendorReport(.none(now: Timestamp(seconds: 0))))
        let paths = Set(plan.files.map(\.path))
        #expect(paths.contains("install/chart/values.yaml"))
        #expect(
            paths.isDisjoint(with: [
                "install/install.sh", "install/pull-secret.yaml", "install/values-report.txt",
                "install/compose/cloudgrid.mirrored.env", "install/compose/cloudgrid-local.mirrored.sh",
                "install/release-values.mirrored.yaml",
            ]))
        #expect(plan.environment == nil)
        #expect(!plan.hasInstallScript)
    }

    @Test(arguments: [
        (["a", "A"], true), (["chart", "chart/x"], true), (["CHART/x", "chart"], true),
        (["chart/x", "Chart/X"], true),
        (["chart/x", "chart/y", "x"], false), (["a", "a.b"], false),
    ])
    func `paths that some file system holds to be one are refused`(paths: [String], isRefused: Bool) throws {
        let files = try paths.map { path in
            let names = try path.split(separator: "/").map { try FileName(String($0)) }
            return RecordFile(try #require(names.last), in: .install, below: names.dropLast(), .bytes([]))
        }
        if isRefused {
            #expect(throws: ReleaseSetError.self) { try RecordFile.requireDistinct(files) }
        } else {
            try RecordFile.requireDistinct(files)
        }
    }

    @Test(arguments: [
        ("registry.example.com:5000/a-b", "registry.example.com:5000/a-b"),
        ("[::1]:5000/x", "'[::1]:5000/x'"),
        ("", "''"), ("a'b", "'a'\\''b'"), ("$(x)", "'$(x)'"), ("a\nb", "'a\nb'"), ("é", "'é'"),
    ])
    func `a word of the script is one word to a shell`(text: String, expected: String) {
        #expect(shellWord(text) == expected)
    }

    @Test func `a chart without the profile is installed without it`() throws {
        let script = InstallScript(
            version: try ReleaseVersion("v1.2.3"), location: try RegistryLocation("r.example.com"),
            chart: "release/cloudgrid-1.2.3.tgz", hasProfile: false, pullSecret: nil)
        let text = String(decoding: script.bytes, as: UTF8.self)
        #expect(!text.contains("enterprise"))
        #expect(text.contains("\nprofile=''\n"))
    }
}
