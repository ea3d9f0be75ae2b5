package import BundleFormat

/// Which program this is, for statements, records and registries' logs.
package enum ToolVersion {
    package static let text = "0.1.0"
    package static let tool = Statement.Tool(name: "cgbundle", version: text)
    package static let userAgent = "cgbundle/" + text
}
