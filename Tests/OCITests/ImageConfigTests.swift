import OCI
import Testing

@Suite struct ImageConfigTests {
    private func reason(_ text: String) -> String? {
        do throws(OCIError) {
            try ImageConfig.check(Array(text.utf8), name: "config")
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: [
        #"{"architecture":"amd64","Architecture":"arm64"}"#, #"{"Config":{}}"#,
        #"{"config":{"entrypoint":[]}}"#,
        #"{"config":{"Wor\u212aingDir":"/"}}"#, #"{"config":{"ENV":[]}}"#,
        #"{"container_config":{"cmd":[]}}"#,
        #"{"rootfs":{"Diff_IDs":[]}}"#, #"{"rootf\u017f":{}}"#, #"{"history":[{},{"Created_By":""}]}"#,
        #"{"config":{"Healthcheck":{"test":[]}}}"#, #"{"OS.Version":"1"}"#,
    ])
    func `a member in another case is refused`(text: String) {
        #expect(reason(text) == "json.case")
    }

    @Test(arguments: [
        "{}", #"{"config":{"Labels":{"a":"1","A":"2","env":""},"ExposedPorts":{"80/tcp":{},"80/TCP":{}}}}"#,
        #"{"config":{"Volumes":{"/a":{},"/A":{}}},"moby.buildkit.buildinfo.v1":"","n":1}"#,
    ])
    func `maps and unknown members are not looked into`(text: String) {
        #expect(reason(text) == nil)
    }

    @Test(arguments: [
        ("[]", "json.shape"), ("{}{}", "json.trailing"), (#"{"os":1,"os":2}"#, "json.duplicate"),
    ])
    func `a config that is not one object is refused`(text: String, expected: String) {
        #expect(reason(text) == expected)
    }

    @Test func `a config of more than 8 MiB is refused`() {
        #expect(reason("{}" + String(repeating: " ", count: 8 << 20)) == "json.size")
    }
}
