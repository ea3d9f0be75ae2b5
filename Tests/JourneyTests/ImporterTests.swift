import CommandRunner
import Foundation
import Testing

/// The program for the isolated side: it imports like the other, and does not know how to export.
@Suite struct ImporterTests {
    private let importer = CommandRunner.products + "/cgbundle-importer"

    @Test func `the importer imports the sample`() throws {
        let (sample, folder) = (try Sample.shared(), try WorkFolder())
        let imported = try RunningProgram(
            importer,
            sample.importing() + ["--layout", folder.path + "/mirror", "--record", folder.path + "/record"]
        ).waitUntilExit()
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(Set(try SampleLayout(folder.path + "/mirror").named).isSuperset(of: try SampleLayout().named))
    }

    @Test func `the importer has no export`() throws {
        let refused = try RunningProgram.run(importer, "export", Sample.release)
        #expect(refused.status == 64)
    }
}
