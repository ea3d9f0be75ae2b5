/// A service of CloudGrid and where the chart's values speak of it.
package struct ReleaseService: Hashable, Sendable {
    /// The last component of the image's name.
    package let image: String
    /// The key in `release-values.yaml`.
    package let valuesKey: String
    package let hasBinaries: Bool
    package let isPublic: Bool
    package let isOptional: Bool

    private init(
        _ image: String, _ valuesKey: String, binaries: Bool = true, isPublic: Bool = false,
        isOptional: Bool = false
    ) {
        self.image = image
        self.valuesKey = valuesKey
        hasBinaries = binaries
        self.isPublic = isPublic
        self.isOptional = isOptional
    }

    package static let all = [
        ReleaseService("cloudgrid-bff", "bff", binaries: false, isPublic: true),
        ReleaseService("cloudgrid-otlp-collector", "otlpCollector", isPublic: true),
        ReleaseService("cloudgrid-storage-read", "storageRead"),
        ReleaseService("cloudgrid-storage-write", "storageWrite"),
        ReleaseService("cloudgrid-control-plane", "controlPlane"),
        ReleaseService("cloudgrid-ai-eval-runner", "aiEvalRunner", isOptional: true),
        ReleaseService("cloudgrid-alert-evaluator", "alertEvaluator", isOptional: true),
        ReleaseService("cloudgrid-storage-maintenance", "storageMaintenance", isOptional: true),
    ]
}
