import CommandRunner
import Foundation
import Testing

/// Values and profiles that name another registry, repository, image, digest, tag or pull secret.
///
/// For each key either the mirror wins, or the installation stops before the cluster changes.
@Suite struct MirrorWinsTests {
    private static let services = [
        "bff", "otlpCollector", "storageRead", "storageWrite", "controlPlane", "aiEvalRunner",
        "alertEvaluator",
        "storageMaintenance",
    ]
    /// Keys with a hostile value, as JSON, which YAML and `--set-json` both read.
    private static let hostile: [(key: [String], value: String)] =
        [
            (["global", "imageRegistry"], "\"ghcr.io/cloudgrid-dev\""),
            (["global", "imageRegistry"], "\"\""),
            (["global", "imageRegistry"], "null"), (["global"], "null"), (["global"], "{}"),
            (["global", "imagePullSecrets"], "[]"), (["global", "imagePullSecrets"], "null"),
            (["global", "imagePullSecrets"], "[{\"name\": \"other\"}]"),
        ]
        + services.flatMap { service -> [([String], String)] in
            [
                ([service, "image", "repository"], "\"ghcr.io/cloudgrid-dev/other\""),
                ([service, "image", "repository"], "\"cloudgrid-other\""),
                ([service, "image", "digest"], "\"sha256:\(String(repeating: "1", count: 64))\""),
                ([service, "image", "digest"], "\"\""), ([service, "image", "tag"], "\"latest\""),
                ([service, "image"], "null"), ([service, "image"], "\"busybox\""), ([service], "null"),
            ]
        }

    private let folder: WorkFolder
    private let record: String
    private let baseline: RenderedChart

    init() throws {
        folder = try WorkFolder()
        record = try SecretRecord.shared().place
        try Data(RenderedChart.optionalServices.utf8).write(to: URL(filePath: folder.path + "/optional.yaml"))
        let run = try HelmInstall(record, [folder.path + "/optional.yaml"], in: folder.path)
        #expect(run.result.status == 0, "\(run.result.errors)")
        baseline = try run.rendered()
    }

    private static func yaml(_ key: [String], _ value: String) -> String {
        key.reversed().reduce(value) { "{\"\($1)\": \($0)}" } + "\n"
    }

    private func expectMirror(_ run: HelmInstall, _ what: String) throws {
        guard run.result.status == 0 else {
            #expect(try !run.hasUpgraded, "\(what)")
            return
        }
        let rendered = try run.rendered()
        // Values may leave a service out; an image that is rendered is the mirror's.
        #expect(!rendered.images.isEmpty, "\(what)")
        for (container, image) in rendered.images {
            #expect(image == baseline.images[container], "\(what): \(container)")
        }
        #expect(rendered.pullSecrets.values.allSatisfy { $0.contains("mirror-reader") }, "\(what)")
    }

    @Test(arguments: RealTool.allCases)
    func `values of the handbook's shape leave every image on the mirror, and the needs come in order`(
        helm: RealTool
    )
        throws
    {
        let own = folder.path + "/own.yaml"
        try Data(
            """
            global:
              imageRegistry: ghcr.io/cloudgrid-dev
              imagePullSecrets:
                - name: own-secret
            session: {existingSecret: cloudgrid-session}
            surrealdb: {external: {existingSecret: cloudgrid-surrealdb}}
            controlPlane:
              providerSecretEncryptionKey: {existingSecret: cloudgrid-provider-secrets, secretKey: KEY}

            """.utf8
        ).write(to: URL(filePath: own))
        let run = try HelmInstall(
            record, [folder.path + "/optional.yaml", "-f", own], by: helm, in: folder.path)
        #expect(run.result.status == 0, "\(run.result.errors)")
        #expect(try run.rendered().images == baseline.images)
        #expect(
            try run.rendered().pullSecrets.values.allSatisfy { Set($0) == ["mirror-reader", "own-secret"] })
        #expect(try run.hasUpgraded)
        let lines = run.result.errors.split(separator: "\n").filter { $0.hasPrefix("- ") }
            .map { $0.split(separator: " ").prefix(4).filter { $0 != "in" }.joined(separator: " ") }
        #expect(
            lines == [
                "- namespace cloudgrid", "- pull secret mirror-reader", "- pull secret own-secret",
                "- secret cloudgrid-provider-secrets", "- secret cloudgrid-session",
                "- secret cloudgrid-surrealdb",
            ])
    }

    @Test func `in own values the mirror wins over every key`() throws {
        for (key, value) in Self.hostile {
            let text = Self.yaml(key, value)
            let own = folder.path + "/own.yaml"
            try Data(text.utf8).write(to: URL(filePath: own))
            let run = try HelmInstall(
                record, [folder.path + "/optional.yaml", "-f", own], in: folder.path)
            // A service without a block has no port and the like, so helm may refuse it.
            if key.count > 1 { #expect(run.result.status == 0, "\(text)\(run.result.errors)") }
            try expectMirror(run, text)
        }
    }

    @Test func `in a further values file the mirror wins over all keys at once`() throws {
        let all = Self.services.map { service in
            "\(service): {image: {repository: ghcr.io/x/y, tag: latest, digest: ''}}\n"
        }
        let own = folder.path + "/more.yaml"
        let global = "global: {imageRegistry: ghcr.io/x, imagePullSecrets: [{name: third}]}\n"
        try Data((global + all.joined()).utf8).write(to: URL(filePath: own))
        for helm in RealTool.allCases {
            let run = try HelmInstall(
                record, [folder.path + "/optional.yaml", "-f", own], by: helm, in: folder.path)
            #expect(run.result.status == 0, "\(run.result.errors)")
            #expect(try run.rendered().images == baseline.images)
            #expect(
                try run.rendered().pullSecrets.values.allSatisfy { Set($0) == ["mirror-reader", "third"] })
        }
    }

    @Test func `in a profile the mirror wins over all keys at once`() throws {
        let place = folder.path + "/copy"
        #expect(try CommandRunner.run("cp", ["-r", record, place]).status == 0)
        let profile = place + "/install/chart/profiles/enterprise.yaml"
        let document = place + "/deployment-record.json"
        let old = try CommandRunner.run("sha256sum", [profile]).output.prefix(64)
        let services = Self.services.map { service in
            "\(service): {image: {repository: ghcr.io/x/y, tag: latest, digest: ''}}\n"
        }
        let global = "global: {imageRegistry: ghcr.io/x, imagePullSecrets: [{name: third}]}\n"
        try Data((global + services.joined()).utf8).write(to: URL(filePath: profile))
        let new = try CommandRunner.run("sha256sum", [profile]).output.prefix(64)
        let text = try String(contentsOfFile: document, encoding: .utf8).replacing(old, with: new)
        try Data(text.utf8).write(to: URL(filePath: document))
        let run = try HelmInstall(place, [folder.path + "/optional.yaml"], in: folder.path)
        #expect(run.result.status == 0, "\(run.result.errors)")
        #expect(try run.rendered().images == baseline.images)
        #expect(try run.rendered().pullSecrets.values.allSatisfy { Set($0) == ["mirror-reader", "third"] })
    }

    /// helm gives `--set` the last word, so only the check can stop it.
    @Test(arguments: [
        ("bff.image.repository=ghcr.io/cloudgrid-dev/cloudgrid-bff", "rendered.image"),
        ("bff.image.digest=sha256:\(String(repeating: "1", count: 64))", "rendered.image"),
        ("bff.image.digest=", "rendered.image"),
        ("storageRead.image.repository=cloudgrid-other", "rendered.image"),
        ("global.imagePullSecrets=null", "rendered.secret"),
        ("global.imagePullSecrets[0].name=other", "rendered.secret"),
    ])
    func `an option that moves an image or the pull secret stops the installation`(
        set: String, reason: String
    ) throws {
        for helm in RealTool.allCases {
            let run = try HelmInstall(
                record, [folder.path + "/optional.yaml", "--set", set], by: helm, in: folder.path)
            #expect(run.result.status == 6, "\(run.result.errors)")
            #expect(run.result.errors.contains("[\(reason)]"), "\(run.result.errors)")
            #expect(try !run.hasUpgraded)
        }
    }
}

/// The record of an import that names a pull secret; made once, and only read afterwards.
struct SecretRecord: Sendable {
    let place: String
    private let folder: WorkFolder

    private static let kept = Shared<SecretRecord>()

    static func shared() throws -> SecretRecord {
        try kept.value {
            atexit { SecretRecord.kept.letGo() }
            return try SecretRecord()
        }
    }

    private init() throws {
        folder = try WorkFolder()
        let imported = try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--layout", folder.path + "/mirror", "--record", folder.path + "/record", "--pull-as",
                "mirror.internal:5000/cg", "--pull-secret", "mirror-reader",
            ])
        guard imported.status == 0 else { throw NotSeen(description: imported.errors) }
        place = folder.path + "/record/cloudgrid/release/\(Sample.version)-r1"
    }
}
