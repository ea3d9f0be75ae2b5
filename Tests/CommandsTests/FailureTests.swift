import BundleFormat
import OCI
import Registry
import Testing

@testable import Commands

@Suite struct FailureTests {
    /// Making it is what remembers it.
    private let credential = Credential(user: "mira", password: "a-planted-word-of-failures")

    @Test func `no finding repeats a secret, whoever found it`() {
        let words = "sha256:a-planted-word-of-failures"
        let errors: [any Error] = [
            OCIError.digest(.malformed(words), at: "manifests", in: "list"), OCIError.schema1(words),
            Finding(.content, "blob.digest", at: .target, words),
            Refusal(Finding(.content, "blob.digest", at: .target, words)),
        ]
        for error in errors {
            let messages = Failure(error).findings.map(\.message)
            #expect(messages.count == 1)
            #expect(messages.allSatisfy { $0.contains("[hidden]") && !$0.contains("planted") }, "\(messages)")
        }
    }
}
