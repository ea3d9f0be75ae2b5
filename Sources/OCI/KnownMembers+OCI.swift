package import StrictJSON

extension KnownMembers {
    /// OCI image-spec 1.1.1, image-index.md, "platform"; `features` is Docker's.
    private static let platform = KnownMembers([
        "architecture", "os", "os.version", "os.features", "variant", "features",
    ])

    /// OCI image-spec 1.1.1, descriptor.md.
    private static let descriptor = KnownMembers(
        ["mediaType", "digest", "size", "urls", "annotations", "data", "artifactType"],
        objects: ["platform": platform])

    /// An index or a manifest, OCI's or Docker's, with the members by which readers tell them apart.
    package static let manifest = KnownMembers(
        [
            "schemaVersion", "mediaType", "artifactType", "annotations", "name", "tag", "architecture",
            "fsLayers", "history", "signatures",
        ],
        objects: [
            "config": descriptor, "layers": descriptor, "blobs": descriptor, "manifests": descriptor,
            "subject": descriptor,
        ])

    /// OCI image-spec 1.1.1, config.md, "config", and what Docker has there besides.
    private static let execution = KnownMembers(
        [
            "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
            "StopSignal",
            "ArgsEscaped", "Memory", "MemorySwap", "CpuShares", "Hostname", "Domainname", "AttachStdin",
            "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image", "NetworkDisabled",
            "MacAddress", "OnBuild", "StopTimeout", "Shell",
        ],
        objects: [
            "Healthcheck": KnownMembers([
                "Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries",
            ])
        ])

    /// The config of an image: OCI image-spec 1.1.1, config.md, and what Docker has there besides.
    package static let imageConfig = KnownMembers(
        [
            "created", "author", "architecture", "os", "os.version", "os.features", "variant", "id", "parent",
            "comment", "container", "docker_version",
        ],
        objects: [
            "config": execution, "container_config": execution,
            "rootfs": KnownMembers(["type", "diff_ids", "base_layer"]),
            "history": KnownMembers(["created", "created_by", "author", "comment", "empty_layer"]),
        ])
}
