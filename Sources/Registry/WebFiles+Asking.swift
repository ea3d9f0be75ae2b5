import NIOHTTP1

extension WebFiles {
    /// Asks an address below the base for JSON, with a question in JSON or without one.
    ///
    /// What is asked goes to the named host and nowhere else, so no redirect is followed.
    ///
    /// - Returns: nothing where the host knows of no such thing.
    package func ask(_ path: String, sending json: [UInt8]? = nil, upTo limit: Int) async throws -> [UInt8]? {
        var attempts = Attempts(options, requester.traffic)
        while true {
            do {
                return try await askOnce(path, json, limit)
            } catch let trouble as PassingTrouble {
                try await attempts.next(after: trouble)
            }
        }
    }

    private func askOnce(_ path: String, _ json: [UInt8]?, _ limit: Int) async throws -> [UInt8]? {
        let answer = try await requester.send(
            OutgoingRequest(
                method: json == nil ? "GET" : "POST", url: address(of: path),
                headers: ["Content-Type": "application/json", "Accept": "application/json"],
                body: json.map { .bytes($0) } ?? .none))
        switch answer.status {
        case 200, 201: break
        case 404, 410:
            try await answer.discard()
            return nil
        default:
            throw Refusals.error(
                try await answer.refused(), writes: false, isPlain: base.origin.scheme == .http)
        }
        guard let bytes = try await answer.content(upTo: limit) else {
            throw RegistryError.tooLarge(answer.exchange, limit: limit)
        }
        return bytes
    }
}
