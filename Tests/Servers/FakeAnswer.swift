import Foundation

/// What the fake registry is about to answer.
struct FakeAnswer: Sendable {
    var status: Int
    var headers: [String: String]
    var data: Data
    var cut: Int?
    var silenceAfter = 0.0
    /// Whether the line is cut in place of an answer.
    var isHungUp = false

    init(_ status: Int, _ headers: [String: String] = [:], _ data: Data = Data()) {
        self.status = status
        self.headers = headers
        self.data = data
    }

    static func error(_ status: Int, _ code: String, _ message: String, detail: String? = nil) -> FakeAnswer {
        let detail = detail.map { #","detail":"\#($0)""# } ?? ""
        return FakeAnswer(
            status, ["Content-Type": "application/json"],
            Data(#"{"errors":[{"code":"\#(code)","message":"\#(message)"\#(detail)}]}"#.utf8))
    }

    func reply(to method: String) -> ScriptedServer.Reply {
        if isHungUp { return ScriptedServer.Reply(raw: []) }
        var headers = headers
        // The answer to a HEAD has the length of what is not there.
        if method == "HEAD" { headers["Content-Length"] = headers["Content-Length"] ?? String(data.count) }
        let isBroken = cut != nil || headers["Content-Length"].map { $0 != String(data.count) } == true
        var reply = ScriptedServer.Reply(
            status, headers, data: method == "HEAD" ? Data() : data, isKept: method == "HEAD" || !isBroken)
        reply.cut = cut
        reply.silence.after = silenceAfter
        return reply
    }
}
