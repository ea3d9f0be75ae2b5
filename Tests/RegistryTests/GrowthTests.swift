import Testing

@testable import Registry

@Suite struct GrowthTests {
    private static let mebibyte: Int64 = 1 << 20

    private func counts(_ growth: inout Growth, _ before: Int64, _ held: Int64?) -> Bool {
        growth.counts(from: before, to: held)
    }

    @Test func `what has come on by a mebibyte counts, also below what another upload had reached`() {
        var growth = Growth(of: 20 * Self.mebibyte)
        let held = [2, 14].map { $0 * Self.mebibyte }
        #expect(counts(&growth, 0, held[0]) == true)
        #expect(counts(&growth, held[0], held[1]) == true)
        #expect(counts(&growth, held[1], held[1] + Self.mebibyte - 1) == false)
        #expect(counts(&growth, held[1], nil) == false)
        #expect(counts(&growth, 0, held[0]) == true)
    }

    @Test func `a blob that is whole again has not come on`() {
        var growth = Growth(of: 20 * Self.mebibyte)
        #expect(counts(&growth, 0, 20 * Self.mebibyte) == true)
        #expect(counts(&growth, 0, nil) == false)
        #expect(counts(&growth, 0, 20 * Self.mebibyte) == false)
        #expect(counts(&growth, 0, 10 * Self.mebibyte) == true)
    }

    @Test func `a blob that begins anew all the time has not come on`() {
        var growth = Growth(of: 20 * Self.mebibyte)
        for _ in 0..<3 { #expect(counts(&growth, 0, nil) == false) }
        #expect(counts(&growth, 0, 10 * Self.mebibyte) == false)
    }
}
