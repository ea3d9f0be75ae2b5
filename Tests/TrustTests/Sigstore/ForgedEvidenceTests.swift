import Testing
import Trust

@Suite struct ForgedEvidenceTests {
    @Test(arguments: ForgedEvidence.good)
    func `good evidence holds in every form`(evidence: ForgedEvidence) throws {
        do {
            _ = try evidence.verify()
        } catch {
            Issue.record("\(error.reason.rawValue): \(error)")
        }
    }

    @Test(arguments: ForgedEvidence.bad)
    func `evidence with one lie is refused for that lie`(evidence: ForgedEvidence) throws {
        let found = fault { () throws(EvidenceFault) in _ = try evidence.verify() }
        let fault = try #require(found)
        #expect(
            evidence.reasons?.contains(fault.reason.rawValue) == true, "\(fault.reason.rawValue): \(fault)")
        #expect(fault.state == (evidence.offline ? .unverifiableOffline : .invalid), "\(fault)")
        #expect(!fault.text.isEmpty && fault.text.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    }

    @Test func `the forge makes evidence of all forms and more than five hundred lies`() throws {
        let made = try ForgedEvidence.made()
        #expect(Set(made.map(\.name)).count == made.count)
        #expect(made.count { $0.reasons == nil } > 45)
        #expect(made.count { $0.reasons != nil } > 500)
        #expect(Set(made.map(\.form)) == ["bundle", "image", "attestation", "detached"])
    }
}
