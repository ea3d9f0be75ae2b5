import Testing
import Trust
import VendorProof

/// Policies that name the commit, and the sample release judged with one thing changed.
@Suite struct JudgedReleaseTests {
    private func refusals(_ sample: SampleEvidence, _ change: (inout String) -> Void = { _ in }) throws
        -> [VendorReport.Note]
    {
        try sample.report(try SampleEvidence.trust(change)).refusals
    }

    @Test func `the trust file of the sample accepts its own commit`() throws {
        #expect(try refusals(SampleEvidence()).isEmpty)
    }

    @Test func `another commit in the manifest is refused, and both commits are named`() throws {
        var sample = try SampleEvidence()
        let commit = String(repeating: "89abcdef", count: 5)
        sample.commit = commit
        let found = try refusals(sample)
        #expect(found.filter { $0.message.hasPrefix("image ") }.count == 8)
        for note in found {
            #expect(note.reason == "vendor.identity")
            #expect(
                note.message.contains("source-digest: expected \(commit), found \"0123456789abcdef"),
                "\(note.message)")
        }
    }

    @Test func `a commit that is no commit is refused with the reason`() throws {
        var sample = try SampleEvidence()
        sample.commit = String(sample.commit.prefix(12))
        let found = try refusals(sample)
        #expect(!found.isEmpty)
        for note in found {
            #expect(
                note.message.contains(
                    "{commit} has no value: the commit of the release is not 40 lowercase hex digits"),
                "\(note.message)")
        }
    }

    @Test func `where no entry has the subject, each expected subject is named once`() throws {
        let found = try refusals(try SampleEvidence()) { $0.replace("release.yml@", with: "other.yml@") }
        let workflow = "https://github.com/cloudgrid-dev/cloudgrid/.github/workflows/other.yml@"
        #expect(!found.isEmpty)
        for note in found {
            #expect(note.reason == "vendor.identity")
            #expect(
                note.message.contains(
                    "expected \(workflow)refs/heads/main or \(workflow)refs/tags/v1.0.0-beta, found"),
                "\(note.message)")
        }
    }
}
