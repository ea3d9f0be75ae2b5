import Servers
import Synchronization

/// Which requests of a run go wrong, and how: chance that is the same for the same seed.
///
/// It is drawn for each request by what it asks and how often that was asked before, so that it does not matter in which order
/// the tasks of a run come.
final class FaultSchedule: Sendable {
    private let seed: UInt64
    private let rate: Double
    private let kinds: [Fault.Kind]
    /// Whether what ends a run befalls blobs alone: else most runs end before any of them moves.
    private let sparesDocuments: Bool
    /// The kind that this run is sure to meet, so that few runs meet all.
    let favourite: Fault.Kind
    private let asked = Mutex<[String: UInt64]>([:])

    init(seed: UInt64) {
        self.seed = seed
        var numbers = SeededNumbers(seed: seed ^ 0xfa17)
        rate = [0.003, 0.01, 0.03, 0.1][Int(numbers.next() % 4)]
        favourite = Fault.Kind.allCases[Int(seed % UInt64(Fault.Kind.allCases.count))]
        // Of the others most runs meet only what may pass, or hardly any would end well.
        kinds = numbers.next() % 3 == 0 ? Fault.Kind.allCases : Self.passing
        sparesDocuments = numbers.next() % 4 != 0
    }

    private static let passing: [Fault.Kind] = [
        .cutDownload, .cutUpload, .lostRequest, .lostAnswer, .delay, .stall, .wrongLength, .wrongRange,
        .tooManyRequests, .tooManyRequestsForNow, .serverError, .unavailable, .unavailableForNow,
        .expiredToken,
    ]

    func fault(for request: FakeRegistry.Request) -> Fault? {
        let name = Self.name(of: request)
        let count = asked.withLock { asked in
            asked[name, default: 0] += 1
            return asked[name] ?? 0
        }
        var hash = seed &* 0x100_0000_01b3
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var numbers = SeededNumbers(seed: hash &+ count)
        if befalls(favourite, request), numbers.share() < 0.08 {
            return Fault(favourite, share: numbers.share())
        }
        guard numbers.share() < rate else { return nil }
        let fitting = kinds.filter { befalls($0, request) }
        guard let kind = fitting.randomElement(using: &numbers) else { return nil }
        return Fault(kind, share: numbers.share())
    }

    private func befalls(_ kind: Fault.Kind, _ request: FakeRegistry.Request) -> Bool {
        let isDocument = !request.path.contains("/blobs/") && !request.path.hasPrefix("/sha256:")
        let isSpared = sparesDocuments && isDocument && !Self.passing.contains(kind)
        return Fault(kind).fits(request) && (!isSpared || [.typeRefused, .tagImmutable].contains(kind))
    }

    /// What is asked, without the numbers that the registry gives to uploads.
    private static func name(of request: FakeRegistry.Request) -> String {
        guard let uploads = request.path.firstRange(of: "/blobs/uploads/") else {
            return "\(request.method) \(request.path)"
        }
        return "\(request.method) \(request.path[..<uploads.upperBound])"
    }
}
