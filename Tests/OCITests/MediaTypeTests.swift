import OCI
import Testing

@Suite struct MediaTypeTests {
    @Test(
        arguments: [
            ("application/vnd.oci.image.index.v1+json", .index),
            ("application/vnd.docker.distribution.manifest.list.v2+json", .index),
            ("application/vnd.oci.image.manifest.v1+json", .manifest),
            ("application/vnd.docker.distribution.manifest.v2+json", .manifest),
            ("application/vnd.docker.distribution.manifest.v1+json", .schema1),
            ("application/vnd.docker.distribution.manifest.v1+prettyjws", .schema1),
            ("application/vnd.oci.image.config.v1+json", .blob),
            ("application/vnd.oci.image.manifest.v1+json; charset=utf-8", .blob),
            ("Application/vnd.oci.image.manifest.v1+json", .blob), ("", .blob),
        ] as [(String, MediaType.Kind)])
    func `only the four document types are documents`(text: String, kind: MediaType.Kind) {
        #expect(MediaType(text).kind == kind)
    }

    @Test(arguments: [
        "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.diff.tar", "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd",
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    ])
    func `the layer types of OCI and Docker are layers`(text: String) {
        #expect(MediaType(text).isImageLayer)
        #expect(MediaType(text).kind == .blob)
    }

    @Test(arguments: [
        "application/vnd.oci.image.layer.v1.tar+bzip2",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.zstd",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/zip", "application/octet-stream",
    ])
    func `nothing else is a layer`(text: String) {
        #expect(!MediaType(text).isImageLayer)
    }
}
