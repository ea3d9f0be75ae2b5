import Testing
import Trust

/// The casebook was written from the specifications by somebody who had not seen the verifier.
@Suite struct CasebookTests {
    @Test(arguments: CasebookRow.all)
    func `each signature of the casebook has the verdict that it is there for`(row: CasebookRow) throws {
        do {
            _ = try row.verify()
            #expect(row.verdict == "verified", "held, expected \(row.reason)")
        } catch {
            #expect(error.reason.rawValue == row.reason, "\(error)")
            #expect((error.state == .invalid ? "invalid" : "unverifiable-offline") == row.verdict, "\(error)")
        }
    }

    @Test func `the casebook has cases of every verdict`() throws {
        let rows = try CasebookRow.made()
        #expect(rows.count > 150)
        #expect(Set(rows.map(\.verdict)) == ["verified", "invalid", "unverifiable-offline"])
    }
}
