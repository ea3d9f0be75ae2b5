import Glibc

/// What a test waited for and did not see.
struct NotSeen: Error, CustomStringConvertible {
    let description: String
}

/// Looks again and again until `condition` holds, half a minute at most.
func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
    for _ in 0..<3000 {
        if try condition() { return }
        usleep(10_000)
    }
    throw NotSeen(description: "half a minute was not enough for: \(what)")
}
