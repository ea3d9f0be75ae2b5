/// What happens while a bundle is made, read or pushed, for whoever shows it.
package enum TransferEvent: Sendable, Hashable {
    /// A new stretch of work, with the bytes that it will move or read; nothing where that is not known.
    case phase(String, bytes: Int64?)
    case moved(Int)
    /// Bytes that have to be moved beside those of the phase.
    case added(Int64)
    /// Bytes that an earlier run has moved; negative where they turn out not to be these.
    case kept(Int)
    /// Manifests that were read while an export is planned.
    case found(Int)
    /// Some part of the work stands still for that long; the text says why.
    case waiting(String, Duration)
    /// Something that people should read though the work goes on.
    case warning(reason: String, String)
}

/// Where events go. The stream behind it never blocks who writes.
package typealias TransferEvents = AsyncStream<TransferEvent>.Continuation
