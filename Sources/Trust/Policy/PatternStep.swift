/// One instruction of the automaton that a regular expression becomes.
enum PatternStep: Hashable, Sendable {
    case take(ScalarSet)
    case atStart
    case atEnd
    /// Goes on at both places.
    case fork(Int, Int)
    case jump(Int)
    case matched

    static let programLimit = 5000

    static func program(of tree: PatternNode) throws(PatternError) -> [PatternStep] {
        guard let size = tree.size, size < programLimit else {
            throw .tooLarge("its repetitions multiply to more than \(programLimit) steps")
        }
        var program: [PatternStep] = []
        tree.append(to: &program)
        return program + [.matched]
    }
}

extension PatternNode {
    /// How many instructions the tree becomes; nothing beyond any limit.
    fileprivate var size: Int? {
        switch self {
        case .empty: return 0
        case .one, .start, .end: return 1
        case .sequence(let parts), .either(let parts):
            return parts.reduce(0 as Int?) { sum, part in
                guard let sum, let size = part.size, sum + size < PatternStep.programLimit else { return nil }
                return sum + size + 2
            }
        case .repeated(let node, let least, let most):
            guard let size = node.size else { return nil }
            let copies = (size + 2) * (max(least, most ?? least) + 1)
            return copies < PatternStep.programLimit ? copies : nil
        }
    }

    fileprivate func append(to program: inout [PatternStep]) {
        switch self {
        case .empty: break
        case .one(let set): program.append(.take(set))
        case .start: program.append(.atStart)
        case .end: program.append(.atEnd)
        case .sequence(let parts): for part in parts { part.append(to: &program) }
        case .either(let branches): Self.append(branches[...], to: &program)
        case .repeated(let node, let least, let most):
            for _ in 0..<least { node.append(to: &program) }
            guard let most else {
                let fork = program.count
                program.append(.jump(0))
                node.append(to: &program)
                program.append(.jump(fork))
                program[fork] = .fork(fork + 1, program.count)
                return
            }
            var forks: [Int] = []
            for _ in least..<most {
                forks.append(program.count)
                program.append(.jump(0))
                node.append(to: &program)
            }
            for fork in forks { program[fork] = .fork(fork + 1, program.count) }
        }
    }

    private static func append(_ branches: ArraySlice<PatternNode>, to program: inout [PatternStep]) {
        var exits: [Int] = []
        for branch in branches.dropLast() {
            let fork = program.count
            program.append(.jump(0))
            branch.append(to: &program)
            exits.append(program.count)
            program.append(.jump(0))
            program[fork] = .fork(fork + 1, program.count)
        }
        branches.last?.append(to: &program)
        for exit in exits { program[exit] = .jump(program.count) }
    }
}

/// All places of a program that the text read so far can have led to.
struct PatternThreads {
    private let program: [PatternStep]
    private var places: [Int] = []
    /// The round in which a place was last reached, so that none is in the list twice.
    private var reached: [Int]
    private var round = 0
    private(set) var hasMatched = false

    init(_ program: [PatternStep]) {
        self.program = program
        reached = [Int](repeating: -1, count: program.count)
    }

    /// A new try, from the first instruction.
    mutating func begin(isStart: Bool, isEnd: Bool) { enter(0, isStart: isStart, isEnd: isEnd) }

    mutating func advance(over scalar: UInt32, isEnd: Bool) {
        let before = places
        places = []
        round += 1
        for place in before {
            guard case .take(let set) = program[place], set.contains(scalar) else { continue }
            enter(place + 1, isStart: false, isEnd: isEnd)
        }
    }

    private mutating func enter(_ place: Int, isStart: Bool, isEnd: Bool) {
        var open = [place]
        while let place = open.popLast() {
            guard reached[place] != round else { continue }
            reached[place] = round
            switch program[place] {
            case .take: places.append(place)
            case .atStart: if isStart { open.append(place + 1) }
            case .atEnd: if isEnd { open.append(place + 1) }
            case .fork(let one, let other): open += [other, one]
            case .jump(let target): open.append(target)
            case .matched: hasMatched = true
            }
        }
    }
}
