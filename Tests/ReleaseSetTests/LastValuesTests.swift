import OCI
import Testing

@testable import ReleaseSet

/// The values that helm reads last.
@Suite struct LastValuesTests {
    private func values(
        secret: PullSecretName? = nil, extras: [ExtraImage] = [], lookingIn texts: String...,
    ) throws -> YAMLDocument {
        let values = try LastValues(
            for: try Fixtures.manifest(), extras: extras, at: try RegistryLocation(Fixtures.location),
            pullSecret: secret, lookingIn: try texts.map { try ReleaseValues(Array($0.utf8)) })
        return try YAMLDocument(values.bytes)
    }

    private func text(_ path: String, in document: YAMLDocument) -> String? {
        document.value(at: path.split(separator: ".").map(String.init))
            .flatMap { document.nodes[$0].scalar?.text }
    }

    @Test func `every service gets its full name and digest and an empty tag`() throws {
        let document = try values()
        let manifest = try Fixtures.manifest()
        #expect(text("global.imageRegistry", in: document) == Fixtures.location)
        #expect(document.value(at: ["global", "imagePullSecrets"]) == nil)
        for service in ReleaseService.all {
            let key = service.valuesKey + ".image."
            let digest = manifest.images.first { $0.shortName == service.image }?.digest.description
            #expect(text(key + "repository", in: document) == "\(Fixtures.location)/\(service.image)")
            #expect(text(key + "tag", in: document) == "")
            #expect(text(key + "digest", in: document) == digest)
        }
        #expect(document.value(at: ["nats"]) == nil)
    }

    @Test func `further places of an image are found in values and profiles`() throws {
        let document = try values(
            extras: try Fixtures.extras(),
            lookingIn: "jobs: {backup: {image: {repository: cloudgrid-bff}}}\n",
            "odd key: {image: {repository: cloudgrid-bff}}\nlist: [{image: {repository: cloudgrid-bff}}]\n"
                + "db: {image: {repository: quay.io/surrealdb/surrealdb}}\n")
        #expect(
            text("jobs.backup.image.repository", in: document) == "\(Fixtures.location)/cloudgrid-bff")
        #expect(text("db.image.repository", in: document) == "\(Fixtures.location)/approved/database")
        #expect(text("nats.bundled.image.repository", in: document) == "\(Fixtures.location)/nats")
        #expect(text("nats.bundled.image.tag", in: document) == "")
        #expect(
            text("surrealdb.bundled.image.repository", in: document)
                == "\(Fixtures.location)/approved/database")
        #expect(document.value(at: ["list"]) == nil && document.value(at: ["odd key"]) == nil)
    }

    @Test(arguments: [
        ([], ["reader"]), (["a: 1\n"], ["reader"]), ([""], ["reader"]),
        (["global: {imagePullSecrets: [{name: x}, {name: y.z}]}\n"], ["reader", "x", "y.z"]),
        (
            ["global: {imagePullSecrets: [{name: x}]}\n", "global: {imagePullSecrets: [{name: y}]}\n"],
            ["reader", "y"]
        ),
        (["global: {imagePullSecrets: [{name: x}]}\n", "global: {a: b}\n"], ["reader", "x"]),
        (["global: {imagePullSecrets: [{name: x}]}\n", "global: {imagePullSecrets: }\n"], ["reader"]),
        (["global: {imagePullSecrets: [{name: x}]}\n", "global: {imagePullSecrets: []}\n"], ["reader"]),
        (["global: {imagePullSecrets: [{name: x}]}\n", "global: null\n"], ["reader"]),
        (["global: {imagePullSecrets: [{name: reader}]}\n"], ["reader"]),
        (["x-s: &s [{name: x}]\nglobal: {imagePullSecrets: *s}\n"], ["reader", "x"]),
        (["x-g: &g {imagePullSecrets: [{name: x}]}\nglobal: {<<: *g}\n"], ["reader", "x"]),
    ])
    func `the list that counts for helm is added to the mirror's pull secret`(
        files: [String], expected: [String]
    ) throws {
        let fixed = try values(secret: try PullSecretName("reader")).bytes
        let named = files.map { (name: "own.yaml", bytes: Array($0.utf8)) }
        let document = try YAMLDocument(try LastValues.adding(secretsOf: named, to: fixed))
        let list = try #require(document.value(at: ["global", "imagePullSecrets"]))
        guard case .sequence(let items, _) = document.nodes[list].content else {
            Issue.record("no sequence")
            return
        }
        #expect(
            items.map { document.value(of: "name", in: $0).flatMap { document.text(of: $0) } } == expected)
    }

    @Test func `values without a pull secret of the mirror stay as they are`() throws {
        let fixed = try values().bytes
        let own = (name: "own.yaml", bytes: Array("global: {imagePullSecrets: [{name: x}]}\n".utf8))
        #expect(try LastValues.adding(secretsOf: [own], to: fixed) == fixed)
    }

    @Test(arguments: ["x", "[x]", "[{}]", "[{name: X}]", "[{name: [a]}]", "{name: x}"])
    func `a list that names no secrets is refused with its line`(list: String) throws {
        let fixed = try values(secret: .documented).bytes
        let own = (name: "own.yaml", bytes: Array("a: 1\nglobal:\n  imagePullSecrets: \(list)\n".utf8))
        #expect(throws: ReleaseSetError.pullSecrets(document: "own.yaml", line: 3)) {
            try LastValues.adding(secretsOf: [own], to: fixed)
        }
        let broken = (name: "own.yaml", bytes: Array("a: [\n".utf8))
        let error = #expect(throws: ReleaseSetError.self) {
            try LastValues.adding(secretsOf: [broken], to: fixed)
        }
        #expect(error?.description.hasPrefix("own.yaml: line ") == true)
    }
}
