import OCI
import Registry
import Servers
import Testing

/// Against a scripted server: what real registries do not do on request.
@Suite struct FaultyDownloadTests {
    private let bytes = content(3_000_000)

    @Test func `a blob that is cut is resumed behind the last byte that came`() async throws {
        let bytes = bytes
        try await withScript { request, _ in
            guard let range = request.headers["range"] else {
                return .init(200, ["Content-Length": "3000000"], Array(bytes[..<1_200_000]))
            }
            let start = Int(range.dropFirst("bytes=".count).dropLast()) ?? 0
            let headers = [
                "Content-Range": "bytes \(start)-2999999/3000000", "Content-Length": "\(3_000_000 - start)",
            ]
            return .init(206, headers, Array(bytes[start..<min(start + 1_000_000, 3_000_000)]))
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
            let ranges = server.requests.map { $0.headers["range"] }
            #expect(ranges == [nil, "bytes=1200000-", "bytes=2200000-"])
            #expect(server.requests.allSatisfy { $0.headers["accept-encoding"] == "identity" })
        }
    }

    @Test(
        arguments: [
            ("the whole blob", 200, nil),
            ("another part", 206, "bytes 5-2999999/3000000"),
            ("another blob", 206, "bytes 1000000-2999999/4000000"),
            ("no range at all", 206, nil),
        ] as [(String, Int, String?)])
    func `an answer to a range with something else is not spliced`(
        what: String, status: Int, range: String?
    ) async throws {
        let bytes = bytes
        try await withScript { request, before in
            if before == 0 { return .init(200, ["Content-Length": "3000000"], Array(bytes[..<1_000_000])) }
            guard before == 1, let range else { return .init(before == 1 ? status : 200, [:], bytes) }
            return .init(status, ["Content-Range": range], content(1000))
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
        }
    }

    @Test func `the rest of another thing is not taken for the rest of this one`() async throws {
        let bytes = bytes
        try await withScript { request, before in
            switch before {
            case 0: .init(200, ["Content-Length": "3000000", "ETag": "\"a\""], Array(bytes[..<1_000_000]))
            case 1:
                // A part of the right length at the right place, of something that was put in its stead.
                .init(
                    206,
                    [
                        "Content-Range": request.headers["range"].map {
                            "\($0.replacing("=", with: " "))2999999/3000000"
                        } ?? "", "ETag": "\"b\"",
                    ],
                    content(2_000_000))
            default: .init(200, ["ETag": "\"b\""], bytes)
            }
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
            #expect(server.requests.map { $0.headers["range"] != nil } == [false, true, false])
        }
    }

    @Test func `a range that cannot be had is no end, the whole is read again`() async throws {
        let bytes = bytes
        try await withScript { _, before in
            switch before {
            case 0: .init(200, ["Content-Length": "3000000"], Array(bytes[..<1_000_000]))
            case 1: .init(416)
            default: .init(200, [:], bytes)
            }
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
        }
    }

    @Test func `a transfer that breaks behind the last byte is whole, and no empty range is asked for`()
        async throws
    {
        let bytes = content(50_000)
        try await withScript { _, before in
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc350\r\n"
            // The chunk that says that this is all never comes.
            return .init(raw: Array(head.utf8) + bytes + Array("\r\n".utf8))
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a download that stands still is resumed behind what came`() async throws {
        let bytes = bytes
        try await withScript { request, before in
            guard let range = request.headers["range"] else {
                var reply = ScriptedServer.Reply(200, ["Content-Length": "3000000"], bytes)
                reply.cut = 1_500_000
                reply.silence.after = 6
                return reply
            }
            let start = Int(range.dropFirst("bytes=".count).dropLast()) ?? 0
            return .init(206, ["Content-Range": "bytes \(start)-2999999/3000000"], Array(bytes[start...]))
        } options: {
            $0.stallTimeout = .seconds(2)
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
            // What had come and was not yet read when the line was given up comes again.
            let ranges = server.requests.map { $0.headers["range"] }
            #expect(ranges.count > 1 && ranges[0] == nil && ranges[1] != nil)
        }
    }

    @Test func `a server that always stands still is given up by name`() async throws {
        try await withScript { _, _ in
            var reply = ScriptedServer.Reply(200, ["Content-Length": "1000"], content(1000))
            reply.cut = 10
            reply.silence.after = 1
            return reply
        } options: {
            $0.stallTimeout = .milliseconds(100)
            $0.maximumAttempts = 2
        } _: { connection, server in
            #expect(await reason { try await connection.pull(repository, content(1000)) } == "pull.stall")
            #expect(server.requests.count == 2)
        }
    }

    @Test
    func `an answer that stays open far before its announced end is a stall, and no range begins at the end`()
        async throws
    {
        // distribution 2.8 answers so to a range that begins behind the end; on the line it is a stall like any other.
        try await withScript { _, _ in
            var reply = ScriptedServer.Reply(200, ["Content-Length": "1000"], content(33))
            reply.isHeld = true
            return reply
        } options: {
            $0.stallTimeout = .milliseconds(100)
            $0.maximumAttempts = 3
        } _: { (connection, server) async throws in
            #expect(await reason { try await connection.pull(repository, content(1000)) } == "pull.stall")
            #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=33-", "bytes=33-"])
            let nothing = try await connection.pull(repository, content(1000), from: 1000)
            #expect(nothing == [])
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a blob that stays short is given up`() async throws {
        try await withScript { _, _ in
            .init(200, ["Content-Length": "1000"], Array(repeating: 1, count: 33))
        } _: { connection, server in
            #expect(await reason { try await connection.pull(repository, content(1000)) } == "pull.short")
            #expect(server.requests.count > 1)
        }
    }

    @Test(arguments: [
        ("announced", ["Content-Length": "5000000"]),
        ("until closed", ["Content-Length": "", "Transfer-Encoding": "chunked"]),
    ])
    func `a blob that is longer than promised is not handed on`(
        how: String, headers: [String: String]
    ) async throws {
        try await withScript { _, _ in
            guard headers["Transfer-Encoding"] != nil else { return .init(200, headers, content(100_000)) }
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            return .init(
                raw: Array(head.utf8) + Array("10000\r\n".utf8) + content(65_536)
                    + Array("\r\n0\r\n\r\n".utf8))
        } _: { connection, _ in
            var handed = 0
            await #expect {
                try await connection.pullBlob(repository, digest: Digest(of: [1]), size: 1000) {
                    handed += $0.count
                }
            } throws: {
                ($0 as? RegistryError)?.reason == "pull.size"
            }
            #expect(handed <= 1000)
        }
    }

    @Test func `encoded content is refused`() async throws {
        try await withScript { _, _ in
            .init(200, ["Content-Encoding": "gzip"], [1, 2])
        } _: { connection, _ in
            #expect(await reason { try await connection.pull(repository, [1, 2]) } == "pull.encoding")
        }
    }

    @Test func `a manifest with another digest is refused`() async throws {
        let type = MediaType.ociManifest.text
        try await withScript { _, _ in
            .init(200, ["Content-Type": type], [1, 2])
        } _: { connection, _ in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.manifest(repository, .digest(Digest(of: [3])))
            }
            #expect(error?.reason == "pull.digest")
            #expect(error?.kind == .content)
            #expect(error?.description.contains(Digest(of: [1, 2]).description) == true)
        }
    }

    @Test func `a wrong Docker-Content-Digest is only a warning`() async throws {
        let headers = [
            "Content-Type": MediaType.ociManifest.text, "Docker-Content-Digest": "sha256:0\u{202e}",
        ]
        try await withScript { _, _ in
            .init(200, headers, [1, 2])
        } _: { connection, _ in
            let found = try await connection.manifest(repository, .digest(Digest(of: [1, 2])))
            #expect(found?.bytes == [1, 2])
            #expect(connection.summary.warnings.count == 1)
            #expect(connection.summary.warnings.first?.contains("sha256:0\\u{202e}") == true)
        }
    }

    @Test func `a manifest that is cut is asked for again`() async throws {
        let headers = ["Content-Type": MediaType.ociManifest.text, "Content-Length": "1000"]
        let bytes = content(1000)
        try await withScript { _, before in
            .init(200, headers, before == 0 ? Array(bytes[..<400]) : bytes)
        } _: { (connection, server) async throws in
            let found = try await connection.manifest(repository, .digest(Digest(of: bytes)))
            #expect(found?.bytes == bytes)
            #expect(server.requests.count == 2)
        }
    }

    @Test(arguments: [
        ("an end in the head", "HTTP/1.1 200 OK\r\nContent-Le"), ("something else", "\u{15}\u{3}\u{3}"),
    ])
    func `an answer that is spoilt is asked for again, and is no sign of another protocol`(
        what: String, raw: String
    ) async throws {
        try await withScript { _, before in
            // The first answer shows that the port speaks http.
            before == 1
                ? .init(raw: Array(raw.utf8)) : .init(200, ["Content-Type": MediaType.ociManifest.text], [1])
        } _: { (connection, server) async throws in
            for _ in 0..<2 {
                let found = try await connection.manifest(repository, .digest(Digest(of: [1])))
                #expect(found?.bytes == [1])
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a head that ends too early is no sign of another protocol, also at first`() async throws {
        try await withScript { _, before in
            before == 0
                ? .init(raw: Array("HTTP/1.1 200 OK\r\nContent-Le".utf8))
                : .init(200, ["Content-Type": MediaType.ociManifest.text], [1])
        } _: { (connection, _) async throws in
            #expect(try await connection.manifest(repository, .digest(Digest(of: [1])))?.bytes == [1])
        }
    }

    @Test(arguments: [(1, 90_000), (70, 1000)])
    func `a head of more than 64 KiB is refused`(fields: Int, size: Int) async throws {
        var headers = ["Content-Type": MediaType.ociManifest.text]
        for number in 0..<fields { headers["X-\(number)"] = String(repeating: "x", count: size) }
        let all = headers
        try await withScript { _, _ in
            .init(200, all, [1])
        } _: { connection, server in
            #expect(
                await reason { try await connection.manifest(repository, .tag(try Tag("a"))) }
                    == "pull.toolarge")
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a page is no manifest`() async throws {
        try await withScript { _, _ in
            .init(200, ["Content-Type": "text/html"], [60])
        } _: { connection, _ in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.manifest(repository, .tag(try Tag("a")))
            }
            #expect(error?.reason == "pull.contenttype")
            #expect(error?.kind == .format)
        }
    }

    @Test func `a manifest of more than 4 MiB is refused`() async throws {
        let type = MediaType.ociManifest.text
        let body = [UInt8](repeating: 32, count: (4 << 20) + 1)
        try await withScript { _, _ in
            .init(200, ["Content-Type": type], body)
        } _: { connection, _ in
            #expect(
                await reason { try await connection.manifest(repository, .tag(try Tag("a"))) }
                    == "pull.toolarge")
        }
    }

    @Test func `a busy registry is asked again and its wait is kept`() async throws {
        let type = MediaType.ociManifest.text
        let waits = Waits()
        try await withScript { _, before in
            switch before {
            case 0: .init(429, ["Retry-After": "2"])
            case 1: .init(503, [:], Array("<html>".utf8))
            default: .init(200, ["Content-Type": type], [1])
            }
        } options: {
            $0.pause = { waits.add($0) }
        } _: { (connection, _) async throws in
            #expect(try await connection.manifest(repository, .tag(try Tag("a")))?.bytes == [1])
            #expect(connection.summary.retries == 2)
            #expect(waits.all.first == .seconds(2))
        }
    }

    @Test(
        arguments: [
            (503, [:], "unavailable"), (429, [:], "rate.limited"),
            (429, ["Retry-After": "3600"], "rate.limited"),
            (403, [:], "auth.denied"), (404, [:], "pull.absent"), (400, [:], "pull.refused"),
        ] as [(Int, [String: String], String)])
    func `an answer that stays is named`(status: Int, headers: [String: String], word: String) async throws {
        try await withScript { _, _ in
            .init(status, headers, [])
        } _: { connection, server in
            #expect(await reason { try await connection.pull(repository, [1]) } == word)
            #expect(server.requests.count == (status == 503 || (status == 429 && headers.isEmpty) ? 8 : 1))
        }
    }

    @Test func `a registry's words are cut and made harmless`() async throws {
        let words =
            #"{"errors":[{"code":"DENIED","message":"\#(String(repeating: "x", count: 9000))\u001b]0;"}]}"#
        let long = Array(words.utf8)
        try await withScript { _, _ in
            .init(400, [:], long)
        } _: { connection, _ in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.pull(repository, [1])
            }
            let text = error?.description ?? ""
            #expect(text.contains("DENIED"))
            #expect(text.count < 1000)
            #expect(!text.contains("\u{1b}"))
        }
    }
}
