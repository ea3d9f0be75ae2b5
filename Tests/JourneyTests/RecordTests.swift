import CommandRunner
import Foundation
import Servers
import Testing

/// What stays on this side after an import, and what is refused because of it.
@Suite struct RecordTests {
    private let sample: Sample

    init() throws {
        sample = try Sample.shared()
    }

    @Test func `the record holds the release files to the byte`() throws {
        let folder = try ImportedSample.shared().recorded
        let names = try FileManager.default.contentsOfDirectory(atPath: Sample.release)
        #expect(names.count == 61)
        for name in names {
            let (one, other) = (
                URL(filePath: Sample.release + "/" + name), URL(filePath: folder + "/release/" + name)
            )
            #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(name)")
        }
        #expect(try entries(of: folder) == ["deployment-record.json", "evidence", "install", "release"])
        #expect(try entries(of: folder + "/release") == names.sorted())
        #expect(
            try entries(of: folder + "/evidence")
                == ["statement.0.sigstore.json", "statement.json", "verification.json"])
        #expect(
            try entries(of: folder + "/install") == [
                "chart", "compose", "install.sh", "last-values.yaml", "pull-secret.yaml",
                "release-values.mirrored.yaml", "values-report.txt",
            ])
    }

    @Test func `the record names the digests that the registry gives`() throws {
        let imported = try ImportedSample.shared()
        let (view, record) = (imported.target.view, try DeploymentRecord(in: imported.recorded))
        let place = imported.target.location
        #expect(record.images.count == 8)
        for image in record.images {
            #expect(image.tags == ["sha-0123456789ab", Sample.version])
            for tag in image.tags { #expect(try view.digest(image.name, tag) == image.digest) }
            #expect(image.mirrored == "\(place)/\(image.name)@\(image.digest)")
        }
        for (name, artifact) in [
            ("charts/cloudgrid", record.chart), ("releases/cloudgrid", record.releaseArtifact),
        ] {
            #expect(try view.digest(name, artifact.tag) == artifact.digest)
            #expect(artifact.mirrored == "\(place)/\(name)@\(artifact.digest)")
        }
        #expect(record.signatureTags.count == 9)
        for signature in record.signatureTags {
            #expect(signature.state == "pushed")
            #expect(try view.digest(signature.repository, signature.tag) == signature.digest)
        }
    }

    @Test func `skopeo copies every service by the mirrored values`() throws {
        let imported = try ImportedSample.shared()
        let values = try MirroredValuesText(in: imported.recorded)
        #expect(values.registry == imported.target.location)
        #expect(values.services.count == 8)
        let folder = try WorkFolder()
        for (repository, digest) in values.services {
            let copied = folder.path + "/" + repository
            let said = try RunningProgram.run(
                "skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--src-tls-verify=false",
                "docker://\(values.registry)/\(repository)@\(digest)", "dir:\(copied)")
            #expect(said.status == 0, "\(repository): \(said.errors)")
            let found = try RunningProgram.run("skopeo", "manifest-digest", copied + "/manifest.json")
            #expect(found.output == digest + "\n")
        }
    }

    @Test func `the record says which checksum line covers each file, and what a release may have besides`()
        throws
    {
        let folder = try ImportedSample.shared().recorded
        let record = try DeploymentRecord(in: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: Sample.release)
        for name in names {
            let file = try #require(record.files.first { $0.name == "release/" + name })
            #expect(
                (file.coverage == "listed") == (file.list != nil) && (file.list != nil) == (file.line != nil))
            guard let list = file.list, let line = file.line else {
                #expect(["not-listed", "proof"].contains(file.coverage), "\(name)")
                continue
            }
            let lines = try text(of: folder + "/" + list).components(separatedBy: "\n")
            let covering = lines[line - 1]
            #expect(
                "sha256:" + covering.prefix(64) == file.digest && covering.hasSuffix("/" + name), "\(name)")
        }
        #expect(record.files.count { $0.coverage == "listed" } == 40)
        #expect(Set(record.absent).isDisjoint(with: names))
        #expect(record.absent.contains("release-manifest.json.sig"))
    }

    @Test func `the mirrored values differ from the vendor's in the location alone`() throws {
        let folder = try ImportedSample.shared().recorded
        func lines(_ name: String) throws -> [String] {
            try String(contentsOfFile: folder + name, encoding: .utf8).components(separatedBy: "\n")
        }
        let (vendor, mirrored) = (
            try lines("/release/release-values.yaml"), try lines("/install/release-values.mirrored.yaml")
        )
        #expect(vendor.count == mirrored.count)
        let changed = zip(vendor, mirrored).filter { $0 != $1 }.map(\.0)
        #expect(changed == ["  imageRegistry: ghcr.io/cloudgrid-dev"])
    }

    /// Lets the read-back of one tag say something else, with and without a header that fits.
    @Test(arguments: [true, false])
    func `a read-back that differs is refused and nothing is recorded`(isConsistent: Bool) throws {
        let target = try Target()
        let folder = try WorkFolder()
        target.proxy.alter { request, answer in
            guard request.method == "GET", answer.status == 200,
                request.path == "/v2/cloudgrid/cloudgrid-bff/manifests/\(Sample.version)"
            else { return nil }
            var headers = answer.headers
            if isConsistent { headers["docker-content-digest"] = nil }
            headers["content-length"] = nil
            return ScriptedServer.Reply(200, headers, answer.body + Array(" ".utf8))
        }
        let refused = try RunningProgram.cgbundle(
            target.importing(record: folder.path + "/record", "--format", "json"))
        #expect(refused.status == 8)
        #expect(try Refused(refused).reason == "push.readback")
        #expect(try Refused(refused).message.contains("/cloudgrid-bff:\(Sample.version): expected sha256:"))
        #expect(target.proxy.writes.contains { $0.putsTag })
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/record")
        #expect(Set(left).isSubset(of: ["lock", "log.jsonl"]))
        let log = try? String(contentsOfFile: folder.path + "/record/log.jsonl", encoding: .utf8)
        #expect((log ?? "").isEmpty)
    }

    @Test func `a manifest that reads back as something else gets no tag`() throws {
        let target = try Target()
        let folder = try WorkFolder()
        target.proxy.alter { request, answer in
            guard request.method == "GET", answer.status == 200,
                request.path.hasPrefix("/v2/cloudgrid/cloudgrid-bff/manifests/sha256:")
            else { return nil }
            var headers = answer.headers
            headers["content-length"] = nil
            return ScriptedServer.Reply(200, headers, answer.body + Array(" ".utf8))
        }
        let refused = try RunningProgram.cgbundle(
            target.importing(record: folder.path + "/record", "--format", "json"))
        #expect(refused.status == 8)
        #expect(try Refused(refused).reason == "push.readback")
        #expect(try Refused(refused).message.contains("/cloudgrid-bff@sha256:"))
        #expect(!target.proxy.writes.contains { $0.putsTag })
    }

    @Test func `an older version is refused, unless it is named with a reason`() throws {
        let folder = try WorkFolder()
        let next = folder.path + "/next"
        let made = try RunningProgram.run(
            CommandRunner.checkout + "/scripts/make-testdata", "--version", "v1.0.1", "--output", next)
        #expect(made.status == 0, "\(made.errors)")
        let newer = folder.path + "/newer.tar"
        let exported = try sample.export(next + "/release", images: next + "/images", to: newer)
        #expect(exported.status == 0, "\(exported.errors)")
        let (target, record) = (try Target(), folder.path + "/record")
        let first = try target.importDirectly(newer, record: record)
        #expect(first.status == 0, "\(first.errors)")
        let refused = try RunningProgram.cgbundle(target.importing(record: record, "--format", "json"))
        #expect(refused.status == 6)
        #expect(try Refused(refused).reason == "rollback")
        #expect(target.proxy.answered.isEmpty)
        let allowed = try target.importDirectly(
            nil, record: record, "--allow-rollback-to", Sample.version, "--reason", "v1.0.1 loses data")
        #expect(allowed.status == 0, "\(allowed.errors)")
        let releases = try FileManager.default.contentsOfDirectory(atPath: record + "/cloudgrid/release")
            .sorted()
        #expect(releases == ["\(Sample.version)-r1", "v1.0.1-r1"])
    }

    @Test func `an older revision is refused`() throws {
        let folder = try WorkFolder()
        let second = folder.path + "/second.tar"
        let exported = try sample.export(to: second, "--revision", "2")
        #expect(exported.status == 0, "\(exported.errors)")
        let options = ["--layout", folder.path + "/mirror", "--record", folder.path + "/record"]
        let first = try RunningProgram.cgbundle(sample.importing(second) + options)
        #expect(first.status == 0, "\(first.errors)")
        let before = try text(of: folder.path + "/mirror/index.json")
        #expect(before.contains("releases/cloudgrid:\(Sample.version)-r2"))
        let refused = try RunningProgram.cgbundle(sample.importing() + options + ["--format", "json"])
        #expect(refused.status == 6)
        #expect(try Refused(refused).reason == "rollback")
        #expect(try text(of: folder.path + "/mirror/index.json") == before)
    }

    @Test func `the same version and revision with other content is refused`() throws {
        let folder = try WorkFolder()
        let options = ["--layout", folder.path + "/mirror", "--record", folder.path + "/record"]
        let first = try RunningProgram.cgbundle(sample.importing() + options)
        #expect(first.status == 0, "\(first.errors)")
        try FileManager.default.copyItem(atPath: Sample.release, toPath: folder.path + "/release")
        try Data("told to some\n".utf8).write(to: URL(filePath: folder.path + "/release/notes.txt"))
        let other = folder.path + "/other.tar"
        let exported = try sample.export(folder.path + "/release", to: other)
        #expect(exported.status == 0, "\(exported.errors)")
        let log = try text(of: folder.path + "/record/log.jsonl")
        let refused = try RunningProgram.cgbundle(sample.importing(other) + options + ["--format", "json"])
        #expect(refused.status == 6)
        #expect(try Refused(refused).reason == "equivocation")
        #expect(try text(of: folder.path + "/record/log.jsonl") == log)
    }

    @Test func `an expired bundle is refused before the target is asked`() throws {
        let folder = try WorkFolder()
        let expired = folder.path + "/expired.tar"
        let exported = try sample.export(to: expired, "--expires", "2024-01-01T00:00:00Z")
        #expect(exported.status == 0, "\(exported.errors)")
        let target = try Target()
        let refused = try RunningProgram.cgbundle(
            target.importing(expired, record: folder.path + "/record", "--format", "json"))
        #expect(refused.status == 6)
        #expect(try Refused(refused).reason == "expired")
        #expect(target.proxy.answered.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/record") == ["lock"])
    }

    @Test func `a second import at the same time is refused at once`() throws {
        let (target, folder) = (try Target(), try WorkFolder())
        target.proxy.hold { $0.isWrite }
        let first = try RunningProgram(target.importing(record: folder.path + "/record"))
        try first.reaches("an upload that waits") { !target.proxy.held.isEmpty }
        let second = try target.importDirectly(nil, record: folder.path + "/record", "--format", "json")
        #expect(second.status == 6)
        #expect(try Refused(second).reason == "state.busy")
        #expect(try target.view.repositories() == [])
    }

    private func entries(of folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func text(of file: String) throws -> String { try String(contentsOfFile: file, encoding: .utf8) }
}

/// The places in `release-values.mirrored.yaml`, read line by line.
private struct MirroredValuesText {
    let registry: String
    let services: [(repository: String, digest: String)]

    init(in folder: String) throws {
        let text = try String(
            contentsOfFile: folder + "/install/release-values.mirrored.yaml", encoding: .utf8)
        func values(_ key: String) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { $0.hasPrefix(key + ": ") }
                .map { line in
                    let value = line.dropFirst(key.count + 2).prefix { $0 != " " }
                    return value.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
                }
        }
        registry = try values("imageRegistry").first.orThrow("no imageRegistry")
        services = zip(values("repository"), values("digest")).map { ($0, $1) }
    }
}
