import Servers
import Synchronization

/// Which requests of a run go wrong, and how: chance that is the same for the same seed.
///
/// It is drawn for each request by what it asks and how often that was asked before, so that it does not matter in which order
/// the tasks of a run come. Only which request the favourite befalls in any case depends on that.
final class FaultSchedule: Sendable {
    private let seed: UInt64
    private let rate: Double
    private let kinds: [Fault.Kind]
    /// Whether what ends a run befalls blobs alone: else most runs end before any of them moves.
    private let sparesDocuments: Bool
    /// The kind that this run is sure to meet, so that few runs meet all.
    let favourite: Fault.Kind
    /// The favourite, and what has to happen for it to have a place.
    private let favourites: [Fault.Kind]
    private let asked = Mutex<[String: UInt64]>([:])
    /// How many requests came that each favourite fits.
    private let fitted = Mutex<[Fault.Kind: UInt64]>([:])

    init(seed: UInt64) {
        self.seed = seed
        var numbers = SeededNumbers(seed: seed ^ 0xfa17)
        rate = [0.003, 0.01, 0.03, 0.1][Int(numbers.next() % 4)]
        favourite = Fault.Kind.allCases[Int(seed % UInt64(Fault.Kind.allCases.count))]
        // An export asks for a range only where a download was cut.
        favourites = favourite == .wrongRange ? [.wrongRange, .cutDownload] : [favourite]
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
        for favourite in favourites where befalls(favourite, request) {
            let isDrawn = numbers.share() < 0.08
            if isSure(favourite) || isDrawn { return Fault(favourite, share: numbers.share()) }
        }
        guard numbers.share() < rate, !waits else { return nil }
        let fitting = kinds.filter { befalls($0, request) }
        guard let kind = fitting.randomElement(using: &numbers) else { return nil }
        return Fault(kind, share: numbers.share())
    }

    /// Whether this is the one of the first requests that the favourite fits which it meets without any luck.
    private func isSure(_ favourite: Fault.Kind) -> Bool {
        fitted.withLock { fitted in
            fitted[favourite, default: 0] += 1
            return fitted[favourite] == first
        }
    }

    /// The request that the favourite befalls in any case; ranges are asked for seldom.
    private var first: UInt64 { favourite == .wrongRange ? 1 : 1 + seed % 3 }

    /// Whether nothing else befalls the run before its favourite has, which is so in every other round of the kinds.
    private var waits: Bool {
        let round = seed / UInt64(Fault.Kind.allCases.count)
        return round % 2 == 0 && fitted.withLock { $0[favourite, default: 0] < first }
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
