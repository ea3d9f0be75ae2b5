import Testing

@testable import ReleaseSet

@Suite struct ComposeFileTests {
    private func read(_ text: String) throws -> ComposeFile {
        try ComposeFile(Array(text.utf8), document: "c")
    }

    @Test func `services have their image, profiles and mounts, through anchors and merges`() throws {
        let file = try read(
            """
            x-common: &common
              image: ${R:-r}/base:1
              volumes: [./conf:/etc/conf:ro]
            services:
              plain:
                image: ${R:-r}/plain:${T:-1}
                profiles: [a, "b"]
                volumes:
                  - data:/data
                  - ${D:-./nats.conf}:/etc/nats.conf:ro
                  - /var/lib/x
                  - {type: bind, source: ./long, target: /long}
                  - {type: tmpfs, target: /tmp}
              merged:
                <<: *common
                image: other:2
              copied: *common
              built: {build: .}
              empty:
            """)
        #expect(file.services.map(\.name) == ["plain", "merged", "copied", "built", "empty"])
        let plain = try #require(file.services.first)
        #expect(plain.image == ComposeFile.Text(text: "${R:-r}/plain:${T:-1}", line: 6))
        #expect(plain.profiles == ["a", "b"])
        #expect(
            plain.mounts == [
                ComposeMount(source: "data", target: "/data", line: 9),
                ComposeMount(source: "${D:-./nats.conf}", target: "/etc/nats.conf", line: 10),
                ComposeMount(source: "./long", target: "/long", line: 12),
            ])
        #expect(
            file.services.map { $0.image?.text } == [
                "${R:-r}/plain:${T:-1}", "other:2", "${R:-r}/base:1", nil, nil,
            ])
        #expect(file.services[1].mounts == [ComposeMount(source: "./conf", target: "/etc/conf", line: 3)])
        #expect(file.otherFiles.isEmpty)
    }

    @Test func `a service that extends another of the file takes over what it does not set`() throws {
        let file = try read(
            """
            services:
              base: {image: base:1, profiles: [p], volumes: ["./a:/a", "./b:/b"]}
              next: {extends: base, volumes: ["./c:/a"]}
              last: {extends: {service: next}, image: last:1}
              ring: {extends: circle}
              circle: {extends: ring, image: circle:1}
            """)
        let named = Dictionary(uniqueKeysWithValues: file.services.map { ($0.name, $0) })
        #expect(named["next"]?.image?.text == "base:1")
        #expect(named["next"]?.profiles == ["p"])
        #expect(named["next"]?.mounts.map(\.source) == ["./b", "./c"])
        #expect(named["last"]?.image?.text == "last:1")
        #expect(named["ring"]?.image?.text == "circle:1")
    }

    @Test func `other compose files are named`() throws {
        let file = try read(
            """
            include:
              - one.yaml
              - {path: [two.yaml, three.yaml]}
            services:
              a: {extends: {file: four.yaml, service: b}}
            """)
        #expect(file.otherFiles.map(\.text) == ["one.yaml", "two.yaml", "three.yaml", "four.yaml"])
        #expect(file.otherFiles.map(\.line) == [2, 3, 3, 5])
    }

    @Test(arguments: [
        "services:\n  a:\n    image: !override x:1\n", "services: !override\n  a: {image: x:1}\n",
        "services:\n  a:\n    image: x:1\n    depends_on: !override [b]\n    command: !reset null\n",
        "services:\n  a:\n    image: x:1\n    ports: !reset []\n    environment: {K: !!binary aGk=, T: !!timestamp 2026-11-02}\n",
        "services:\n  a: !mine\n    image: ! x:1\n    x: !!python/object:os.system y\n",
        "services:\n  a: {image: !!str x:1}\n",
    ])
    func `tags change nothing of what is read`(text: String) throws {
        #expect(try read(text).services.map { $0.image?.text } == ["x:1"])
    }

    @Test func `an image that is reset has none`() throws {
        #expect(
            try read("services: {a: {image: !reset null}, b: {image: !reset }}").services.map(\.image) == [
                nil, nil,
            ])
    }

    @Test(arguments: [
        (
            "services:\n  a:\n    image: !!binary eDox\n",
            "c: line 3: services.a.image: expected a reference as plain text"
        ),
        (
            "services:\n  a: {image: {repository: x}}\n",
            "c: line 2: services.a.image: expected a reference as plain text"
        ),
        ("services: [a]\n", "c: line 1: services: expected a mapping"),
        ("services:\n  a: text\n", "c: line 2: services.a: expected a mapping"),
        (
            "services: {\"a b\": {}}\n",
            "c: line 1: services: expected names of letters, digits and ._-, not \"a b\""
        ),
        ("- a\n", "c: line 1: document: expected a mapping"),
        ("services: {a: {volumes: {x: y}}}\n", "c: line 1: services.a.volumes: expected a sequence"),
    ])
    func `another shape is refused with its line`(text: String, message: String) {
        #expect {
            try read(text)
        } throws: { error in
            (error as? ReleaseSetError)?.reason == "compose.shape" && "\(error)" == message
        }
    }

    @Test func `a key in base64 is refused, because it hides the name`() {
        #expect(throws: ReleaseSetError.yaml(document: "c", .unusableKey(line: 1))) {
            try read("!!binary c2VydmljZXM=: {}\n")
        }
    }

    @Test(arguments: [
        ("./nats.conf", "nats.conf"), (".", ""), ("./a/../b", "b"), ("./a//b/", "a/b"), ("../x", nil),
        ("./../x", nil),
        ("/abs", nil), ("~/x", nil), ("name", nil), ("", nil),
    ])
    func `a path below the folder of the compose file is found`(source: String, path: String?) {
        #expect(ComposeMount.relativePath(source) == path)
    }
}
