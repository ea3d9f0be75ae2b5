import Foundation
import OCI
import Registry
import Servers
import Testing

/// Servers that answer so slowly that a command, and the lock of a record, could be held for hours.
@Suite struct SlowAnswerTests {
    private static let manifest = Array(
        #"{"schemaVersion":2,"manifests":[],"padding":"\#(String(repeating: "x", count: 150))"}"#.utf8)
    private static let headers = ["Content-Type": MediaType.ociIndex.text]

    @Test func `a document one byte at a time counts as stalled`() async throws {
        #expect(try await reasonOfFetching { $0.drip = (size: 1, seconds: 0.02) } == "unreachable.stall")
    }

    @Test func `a document that stops in the middle counts as stalled`() async throws {
        let reason = try await reasonOfFetching(limits: ContentTime(silence: .milliseconds(200))) {
            $0.cut = Self.manifest.count / 2
            $0.silence.after = 3
        }
        #expect(reason == "unreachable.stall")
    }

    @Test func `the text of a refusal is not waited for, and its status counts`() async throws {
        let text = #"{"errors":[{"code":"DENIED","message":"\#(String(repeating: "no ", count: 60))"}]}"#
        var reply = ScriptedServer.Reply(403, [:], Array(text.utf8))
        reply.drip = (size: 1, seconds: 0.02)
        let answer = reply
        try await withScript(
            { _, _ in answer },
            options: {
                $0.maximumAttempts = 1
                $0.contentTime.total = .milliseconds(300)
            }
        ) { connection, server in
            do {
                _ = try await connection.manifest(try RepositoryName("a"), .tag(OCI.Tag("1")))
                Issue.record("a denial was taken for an answer")
            } catch let error as RegistryError {
                #expect(error.reason == "auth.denied")
                #expect(!"\(error)".contains("no no"), "the whole text was waited for")
            }
        }
    }

    @Test func `interim responses do not restart the clock`() async throws {
        let interim = Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8)
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: \(MediaType.ociIndex.text)\r\nContent-Length: \(Self.manifest.count)\r\n\r\n"
        let raw = Array(repeating: interim, count: 40).flatMap { $0 } + Array(head.utf8) + Self.manifest
        try await withScript(
            { _, _ in ScriptedServer.Reply(raw: raw, drip: (size: interim.count, seconds: 0.05)) },
            options: {
                $0.maximumAttempts = 1
                $0.stallTimeout = .milliseconds(500)
            }
        ) { connection, _ in
            let word = await reason {
                try await connection.manifest(try RepositoryName("a"), .tag(OCI.Tag("1")))
            }
            #expect(word == "unreachable.stall")
        }
    }

    @Test func `interim responses before an answer in time are passed over`() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\n\r\n"
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: \(MediaType.ociIndex.text)\r\nContent-Length: \(Self.manifest.count)\r\n\r\n"
        let raw = Array((interim + interim + head).utf8) + Self.manifest
        try await withScript({ _, _ in ScriptedServer.Reply(raw: raw) }) { connection, _ in
            let found = try await connection.manifest(try RepositoryName("a"), .tag(OCI.Tag("1")))
            #expect(found?.bytes == Self.manifest)
        }
    }

    private func reasonOfFetching(
        limits: ContentTime = ContentTime(total: .milliseconds(300)),
        _ slow: (inout ScriptedServer.Reply) -> Void,
    ) async throws -> String {
        var reply = ScriptedServer.Reply(200, Self.headers, Self.manifest)
        slow(&reply)
        let answer = reply
        var result = ""
        try await withScript(
            { _, _ in answer },
            options: {
                $0.maximumAttempts = 1
                $0.contentTime = limits
            }
        ) { connection, _ in
            result = await reason {
                try await connection.manifest(try RepositoryName("a"), .tag(OCI.Tag("1")))
            }
        }
        return result
    }
}
