/// Runs `body` on every item, `width` at a time, and gives the results in the items' order.
///
/// The first error ends the whole: running work is cancelled and nothing new is started.
package func boundedMap<Item: Sendable, Result: Sendable>(
    _ items: [Item], width: Int, _ body: @escaping @Sendable (Item) async throws -> Result,
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var rest = items.enumerated().makeIterator()
        func start() {
            guard let (number, item) = rest.next() else { return }
            group.addTask {
                try Task.checkCancellation()
                return (number, try await body(item))
            }
        }
        for _ in 0..<width { start() }
        var results: [(Int, Result)] = []
        while let result = try await group.next() {
            results.append(result)
            start()
        }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
