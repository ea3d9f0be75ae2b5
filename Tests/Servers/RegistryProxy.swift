import Glibc
import Synchronization

/// Stands before a registry and passes everything on, but for requests that a test wants held and answers that it
/// wants changed.
package final class RegistryProxy: Sendable {
    package typealias Request = ScriptedServer.Request

    private let server: ScriptedServer
    private let desk = Desk()

    package init(to registry: RegistryProcess) throws {
        let (desk, port) = (desk, registry.port)
        server = try ScriptedServer { request, _ in desk.answer(request, from: port) }
    }

    deinit { drop() }

    package var host: String { "127.0.0.1:\(server.port)" }

    /// What the registry was asked and answered, held requests not among them.
    package var answered: [(request: Request, status: Int)] { desk.state.withLock { $0.answered } }

    package var writes: [Request] { answered.map(\.request).filter(\.isWrite) }

    /// The requests that wait here.
    package var held: [Request] { desk.state.withLock { $0.held } }

    /// Holds what `matches` from now on, but lets the first `count` pass.
    package func hold(after count: Int = 0, _ matches: @escaping @Sendable (Request) -> Bool) {
        desk.state.withLock { state in
            state.matches = matches
            state.passing = count
            state.ends = false
        }
    }

    /// Lets nothing of what is held reach the registry, and holds nothing more.
    package func drop() {
        desk.state.withLock { state in
            state.matches = nil
            state.ends = true
        }
    }

    /// Changes answers of the registry; `nil` leaves one as it is.
    package func alter(_ change: @escaping @Sendable (Request, LoopbackHTTP.Answer) -> ScriptedServer.Reply?)
    {
        desk.state.withLock { $0.change = change }
    }
}

extension ScriptedServer.Request {
    package var isWrite: Bool { method != "GET" && method != "HEAD" }
    /// Without the query.
    package var path: String { String(target.prefix { $0 != "?" }) }
    package var isBlobDownload: Bool { method == "GET" && path.contains("/blobs/sha256:") }
}

/// What the proxy's threads share.
private final class Desk: Sendable {
    struct State {
        var matches: (@Sendable (RegistryProxy.Request) -> Bool)?
        var passing = 0
        var held: [RegistryProxy.Request] = []
        var ends = false
        var change: (@Sendable (RegistryProxy.Request, LoopbackHTTP.Answer) -> ScriptedServer.Reply?)?
        var answered: [(request: RegistryProxy.Request, status: Int)] = []
    }

    let state = Mutex(State())

    func answer(_ request: RegistryProxy.Request, from port: Int) -> ScriptedServer.Reply {
        if isHeld(request) {
            while !state.withLock({ $0.ends }) { usleep(2000) }
            state.withLock { state in state.held.removeAll { $0 == request } }
            return ScriptedServer.Reply(raw: [])
        }
        do {
            let answer = try LoopbackHTTP.send(
                request.method, request.target, headers: request.headers, body: request.body, to: port)
            let change = state.withLock { state in
                state.answered.append((request, answer.status))
                return state.change
            }
            return change?(request, answer) ?? ScriptedServer.Reply(raw: answer.raw)
        } catch {
            return ScriptedServer.Reply(502)
        }
    }

    private func isHeld(_ request: RegistryProxy.Request) -> Bool {
        state.withLock { state in
            guard let matches = state.matches, matches(request) else { return false }
            guard state.passing == 0 else {
                state.passing -= 1
                return false
            }
            state.held.append(request)
            return true
        }
    }
}
