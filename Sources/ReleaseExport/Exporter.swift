package import BundleFormat
package import SystemPackage

/// Carries out a planned export.
package struct Exporter: Sendable {
    /// The bundle that was planned, signed.
    package let bundle: BundlePlan
    private let plan: ExportPlan
    private let request: ExportRequest
    private let signatures: BundleSignatures

    package init(_ plan: ExportPlan, request: ExportRequest, signedBy signatures: BundleSignatures) throws {
        self.plan = plan
        self.request = request
        self.signatures = signatures
        bundle = try BundlePlan(
            statement: plan.statement, index: plan.graph.index, signedBy: signatures.over)
    }

    /// Fills `output` in place and gives it its name when it is whole.
    ///
    /// What an interrupted run left in `output.partial` is taken up if it is the same bundle, signed by the same keys.
    /// - Returns: the plan that was carried out: the earlier run's where one was taken up.
    package func write(to output: FilePath, events: TransferEvents) async throws -> BundlePlan {
        let filler = try BundleFiller(bundle, output: output) { statement, earlier in
            guard signatures.were(earlier, over: statement) else { return nil }
            let resumed = try bundle.resuming(statement: statement, signatures: earlier)
            let isWanted = !request.isTimeFixed || resumed?.statement.createdAt == request.createdAt
            return isWanted ? resumed : nil
        }
        try await filler.fill(from: plan.blobs, width: request.width, events: events)
        try filler.publish()
        return filler.plan
    }

    package func stream(to output: FileDescriptor, events: TransferEvents) async throws {
        try await BundleStream(bundle, to: output).write(from: plan.blobs, events: events)
    }
}
