/// The commands of the fenced `console` blocks of a Markdown text, each with the output that stands below it.
struct ConsoleBlocks {
    struct Step {
        var command: String
        var shown = ""

        /// Whether this is what a command said; `…` stands for anything, also for several lines.
        func matches(_ output: String) -> Bool {
            let pieces = shown.split(separator: "…", omittingEmptySubsequences: false)
            guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
                return output == shown
            }
            guard output.hasPrefix(first) else { return false }
            var rest = output.dropFirst(first.count)
            for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
                guard let found = rest.firstRange(of: piece) else { return false }
                rest = rest[found.upperBound...]
            }
            return rest.hasSuffix(last)
        }
    }

    private(set) var steps: [Step] = []

    init(in text: String) {
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```console"
            } else if isInside, line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2))))
            } else if isInside, let last = steps.indices.last {
                steps[last].shown += line + "\n"
            }
        }
    }
}
