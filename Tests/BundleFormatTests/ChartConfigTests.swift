import StrictJSON
import Testing

@testable import BundleFormat

/// `Chart.yaml` as Helm's registry client writes it down.
@Suite struct ChartConfigTests {
    private static let yaml = #"""
        # Every member that Helm 3 knows, and one that it does not.
        type: application
        apiVersion: v2
        appVersion: 1.10
        version: 1.0.0
        name: "a<b>&c"
        description: |
          Two
          lines
        home: https://example.com/?a=1&b=2
        icon: https://example.com/i.svg
        kubeVersion: '>=1.25'
        deprecated: true
        condition: a.enabled
        tags: x
        unknown: dropped
        sources: [https://example.com/s, https://example.com/t]
        keywords:
          - k
        annotations:
          zeta: z
          org.opencontainers.image.title: not this
          org.opencontainers.image.licenses: Apache-2.0
        maintainers:
          - {name: Mira, email: mira@example.com, url: https://example.com/m}
          - name: Jo
        dependencies:
          - name: nats
            version: 1.x
            repository: ""
            condition: nats.enabled
            tags: [t]
            enabled: true
            import-values:
              - data
              - {parent: p, child: c}
            alias: bus
          - name: other
        """#

    private static func json(_ yaml: String) throws -> String {
        String(decoding: GoJSON.bytes(of: try ChartConfig(Array(yaml.utf8)).json), as: UTF8.self)
    }

    @Test func `members stand in helm's order and are spelled as Go does`() throws {
        let expected =
            #"{"name":"a\u003cb\u003e\u0026c","home":"https://example.com/?a=1\u0026b=2","#
            + #""sources":["https://example.com/s","https://example.com/t"],"version":"1.0.0","#
            + #""description":"Two\nlines\n","keywords":["k"],"#
            + #""maintainers":[{"name":"Mira","email":"mira@example.com","url":"https://example.com/m"},"#
            + #"{"name":"Jo"}],"icon":"https://example.com/i.svg","apiVersion":"v2","condition":"a.enabled","#
            + #""tags":"x","appVersion":"1.10","deprecated":true,"#
            + #""annotations":{"org.opencontainers.image.licenses":"Apache-2.0","#
            + #""org.opencontainers.image.title":"not this","zeta":"z"},"kubeVersion":"\u003e=1.25","#
            + #""dependencies":[{"name":"nats","version":"1.x","repository":"","condition":"nats.enabled","#
            + #""tags":["t"],"enabled":true,"import-values":["data",{"child":"c","parent":"p"}],"#
            + #""alias":"bus"},{"name":"other","repository":""}],"type":"application"}"#
        #expect(try Self.json(Self.yaml) == expected)
    }

    @Test
    func
        `the artifact's annotations are derived, never its time, and the chart's own do not replace name and version`()
        throws
    {
        let prefix = "org.opencontainers.image."
        #expect(
            try ChartConfig(Array(Self.yaml.utf8)).artifactAnnotations == [
                prefix + "title": "a<b>&c", prefix + "version": "1.0.0",
                prefix + "description": "Two\nlines\n", prefix + "url": "https://example.com/?a=1&b=2",
                prefix + "source": "https://example.com/s",
                prefix + "authors": "Mira (mira@example.com), Jo", prefix + "licenses": "Apache-2.0",
                "zeta": "z",
            ])
    }

    @Test(arguments: ["", "# nothing", "[a, b]", "text", "name: [a]\nsources: {a: b}\nmaintainers: [x]"])
    func `another shape than a chart's has no members`(yaml: String) throws {
        #expect(["{}", #"{"maintainers":[{}]}"#].contains(try Self.json(yaml)))
        #expect(
            try ChartConfig(Array(yaml.utf8)).artifactAnnotations.keys.filter { !$0.hasSuffix("authors") }
                == [])
    }

    @Test func `control characters and line separators are escaped, other texts are not`() {
        let text = GoJSON.bytes(of: ["a": "\u{1}\u{1F}\u{8}\u{C}\t\r\"\\\u{2028}\u{2029}\u{7F}ü/"])
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"a":"\u0001\u001f\b\f\t\r\"\\\u2028\u2029"# + "\u{7F}ü/\"}")
    }
}
