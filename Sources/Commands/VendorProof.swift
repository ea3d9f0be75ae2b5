/// What is known of the vendor's own signatures on the release.
package enum VendorProof {
    package static let state = "not checked"
    package static let sentence =
        "vendor signatures: carried, not checked (this version does not verify them yet)"
}
