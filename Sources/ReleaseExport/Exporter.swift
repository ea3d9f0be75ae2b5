package import BundleFormat
import LibCrypto
package import SystemPackage
import Trust

/// Carries out a planned export.
package struct Exporter: Sendable {
    private let plan: ExportPlan
    private let request: ExportRequest

    package init(_ plan: ExportPlan, request: ExportRequest) {
        self.plan = plan
        self.request = request
    }

    /// Fills `output` in place and gives it its name when it is whole.
    ///
    /// What an interrupted run left in `output.partial` is taken up if it is the same bundle, signed by the same keys.
    /// - Returns: the plan that was carried out: the earlier run's where one was taken up.
    package func write(to output: FilePath, events: TransferEvents) async throws -> BundlePlan {
        let filler = try BundleFiller(plan.bundle, output: output) { statement, signatures in
            guard isSigned(statement, by: signatures) else { return nil }
            let earlier = try plan.bundle.resuming(statement: statement, signatures: signatures)
            let isWanted = !request.isTimeFixed || earlier?.statement.createdAt == request.createdAt
            return isWanted ? earlier : nil
        }
        try await filler.fill(from: plan.blobs, width: request.width, events: events)
        try filler.publish()
        return filler.plan
    }

    package func stream(to output: FileDescriptor, events: TransferEvents) async throws {
        try await BundleStream(plan.bundle, to: output).write(from: plan.blobs, events: events)
    }

    /// Whether the earlier signatures are one by each key of this run, in its order.
    private func isSigned(_ statement: [UInt8], by signatures: [[UInt8]]) -> Bool {
        guard signatures.count == request.keys.count else { return false }
        return zip(signatures, request.keys).allSatisfy { bytes, key in
            guard let policy = try? SignerPolicy(keys: [key.publicKey]) else { return false }
            return (try? policy.verify(statement, signatures: [SignatureFile(name: "earlier", bytes: bytes)]))
                != nil
        }
    }
}
