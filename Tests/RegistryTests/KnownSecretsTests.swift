import OCI
import Testing

@testable import Registry

@Suite struct KnownSecretsTests {
    private static let word = "kestrel-in-the-middle-of-long-texts"

    @Test(arguments: [4, 5, 20, word.utf8.count - 1])
    func `what is left of a secret before an ellipsis is hidden too`(count: Int) {
        KnownSecrets.add(Self.word)
        let text = String(repeating: "x", count: 512 - count) + Self.word + " and more"
        let shown = KnownSecrets.hidden(in: escaped(text))
        #expect(shown == String(repeating: "x", count: 512 - count) + "[hidden]…")
    }

    @Test func `a beginning that nothing has cut is left as it is`() {
        KnownSecrets.add(Self.word)
        #expect(KnownSecrets.hidden(in: "kest, kestrel… \(Self.word)") == "kest, [hidden]… [hidden]")
        #expect(KnownSecrets.hidden(in: "kestrel, kes…") == "kestrel, kes…")
    }

    @Test func `a long text of a registry is hidden before it is cut`() {
        KnownSecrets.add(Self.word)
        let text = String(repeating: "x ", count: 250) + Self.word
        let document = ErrorDocument(Array(text.utf8))
        let exchange = Exchange(host: "a", method: "GET", path: "/", status: 403, error: document)
        #expect(!KnownSecrets.hidden(in: exchange.description).contains("kest"))
    }
}
