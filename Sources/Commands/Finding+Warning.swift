package import BundleFormat
import Trust

extension Finding {
    /// Something that is no reason to stop, and that whoever answers for the result should know.
    init(warning reason: String, _ message: String) {
        self.init(.policy, reason, at: .policy, message)
    }

    /// As it is told to people.
    package var told: String { "\(message) [\(reason)]" }
}

extension TrustDocument {
    /// Regular expressions that match inside of longer texts.
    var unanchored: [Finding] {
        file.notices(now: Clock.now).filter { $0.word == .unanchored }.map {
            Finding(warning: $0.word.rawValue, $0.text)
        }
    }
}
