/// Waits until `condition` holds, or throws after a time that nothing here needs.
func waitUntil(_ what: String, _ condition: () throws -> Bool) async throws {
    for _ in 0..<6000 {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverCame(what: what)
}

struct NeverCame: Error {
    let what: String
}
