import LibCrypto
import StrictJSON
import Testing
import Trust

/// A bundle that another program made, with a log entry taken out to keep it short: the key and signature of
/// `managed-key-and-trusted-root` in sigstore/sigstore-conformance, over its `a.txt`.
@Suite struct ManagedKeyTests {
    static let pem = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExRRST79+PsrRBnGAI4cMu6Omz2Jh
        fwlMW+gIutNKVRaMyS4rQKvgngc5p8UbLj55pVHhIoAxi/SRgURZI0J3Xw==
        -----END PUBLIC KEY-----

        """
    static let json = """
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":\
        "TLMsSDfG3ajPsWge+z/vX5T/zluXnmvbkTkwLIV68Tk="}, "tlogEntries":[{"logIndex":"51753644"}]}, \
        "messageSignature":{"messageDigest":{"algorithm":"SHA2_256", \
        "digest":"oM/HEnHW4njlfNMy/5V8P3BD/do1TEy7GQow1W76Ab8="}, "signature":"MEUCIHMEx9zaO/w0VL4noJKU3GuDRssrIjq\
        1noNrBKL6z70GAiEAn7kUe3W8h6dPbe4xGGbVnHi+RfijQ6TT20Glibct+AQ="}}
        """

    @Test func `a bundle of another program is believed under its key, whose identity is the hint`() throws {
        let key = try PublicKey(pem: [UInt8](Self.pem.utf8))
        #expect(Base64.encode(key.id) == "TLMsSDfG3ajPsWge+z/vX5T/zluXnmvbkTkwLIV68Tk=")
        let file = SignatureFile(name: "bundle.sigstore.json", bytes: [UInt8](Self.json.utf8))
        let policy = try SignerPolicy(keys: [key])
        let message = """
            DO NOT MODIFY ME!

            this is "a.txt", a sample input for sigstore-conformance's test suite.

            DO NOT MODIFY ME!

            """
        #expect(
            try policy.verify([UInt8](message.utf8), signatures: [file]).signers == [
                BundleSigner(KeyID(of: key))
            ])
    }
}
