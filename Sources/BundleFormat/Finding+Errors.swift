import OCI
package import ReleaseSet
import StrictJSON
package import Trust
package import VendorProof

extension Finding {
    package init(_ error: ReleaseSetError, at step: Step = .releaseSet) {
        let fault: FaultClass =
            switch error.kind {
            case .usage: .usage
            case .format: .format
            case .content: .content
            case .policy: .policy
            case .internal: .internal
            }
        self.init(fault, error.reason, at: step, error.description)
    }

    /// What keeps the vendor's part of a release from being proved.
    package init(_ note: VendorReport.Note) {
        self.init(.trust, note.reason, at: .vendor, note.message)
    }

    package init(_ error: TrustFileError) {
        self.init(error.isAboutForm ? .format : .trust, error.reason, at: .signature, error.description)
    }

    package init(_ error: TrustError) {
        let fault: FaultClass =
            switch error.kind {
            case .trust: .trust
            case .format: .format
            case .usage: .usage
            case .internalFault: .internal
            }
        self.init(fault, error.reason, at: .signature, error.description)
    }
}
