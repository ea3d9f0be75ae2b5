import BundleFormat
import OCI
import Registry

/// The repositories that a target does not open to us, told all at once so that they can be created all at once.
struct ClosedRepositories {
    private let target: any Destination
    private let all: [RepositoryName]
    private var errors: [RepositoryName: RegistryError] = [:]

    /// - Parameter all: every repository that was asked about.
    init(of target: some Destination, among all: [RepositoryName]) {
        self.target = target
        self.all = all
    }

    /// Whether an error says that a repository is not there or not for us; everything else ends an import at once.
    static func isClosed(_ error: RegistryError) -> Bool {
        switch error {
        case .denied, .refused(.noRepository, _): true
        default: false
        }
    }

    mutating func add(_ repository: RepositoryName, _ error: RegistryError) {
        errors[repository] = errors[repository] ?? error
    }

    var refusal: Finding? {
        let closed = errors.sorted { $0.key < $1.key }
        // Harbor and GitLab deny what is not there, so what one repository is said to be counts for those that are denied.
        guard let first = closed.first(where: { $0.value.kind != .authentication }) ?? closed.first else {
            return nil
        }
        let isDenial = first.value.kind == .authentication
        let names = closed.map { target.path(of: $0.key) }.joined(separator: " ")
        return Finding(
            isDenial ? .authentication : .registry, first.value.reason, at: .target,
            "\(first.value); \(isDenial ? "closed, or not there" : "missing"): \(names)\(hint)")
    }

    /// A registry that holds fewer levels of names refuses just the deeper ones.
    private var hint: String {
        let deep = all.filter { $0.text.contains("/") && target.path(of: $0).hasSuffix($0.text) }
        guard deep.count < Set(all).count, Set(deep) == Set(errors.keys) else { return "" }
        return "; if the registry holds no names so deep, --target-profile flat gives it others"
    }
}

extension Destination {
    /// Asks for every item, `width` at a time, and tells all repositories that are closed to us at once.
    ///
    /// - Parameter repository: what an item is about.
    func asking<Item: Sendable, Result: Sendable>(
        _ items: [Item], about repository: @Sendable (Item) -> RepositoryName, width: Int,
        _ ask: @escaping @Sendable (Item) async throws -> Result,
    ) async throws -> [Result] {
        let answers = try await boundedMap(items, width: width) {
            item -> Swift.Result<Result, RegistryError> in
            do {
                return .success(try await ask(item))
            } catch let error as RegistryError where ClosedRepositories.isClosed(error) {
                return .failure(error)
            }
        }
        var closed = ClosedRepositories(of: self, among: items.map(repository))
        var results: [Result] = []
        for (item, answer) in zip(items, answers) {
            switch answer {
            case .success(let result): results.append(result)
            case .failure(let error): closed.add(repository(item), error)
            }
        }
        if let refusal = closed.refusal { throw refusal }
        return results
    }
}
