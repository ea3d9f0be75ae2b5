// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

/// A target of our own, with the settings that every one of them is built with.
func floor(
    _ name: String, on dependencies: [Target.Dependency], at path: String? = nil, exclude: [String] = [],
) -> Target {
    .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, of dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "cgbundle",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "cgbundle", targets: ["cgbundle"]),
        .executable(name: "cgbundle-importer", targets: ["cgbundle-importer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // Floor 0: C libraries made visible. No pkg-config: its -L comes first and would defeat the static build.
        .systemLibrary(name: "CLibArchive", providers: [.apt(["libarchive-dev"])]),
        .target(name: "CLibArchiveStatic"),
        .systemLibrary(name: "CLibCrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibYAML", providers: [.apt(["libyaml-dev"])]),

        // Floor 1
        floor("LibCrypto", on: ["CLibCrypto"]),
        floor("StrictJSON", on: []),
        floor("Archive", on: ["CLibArchive", "CLibArchiveStatic", systemPackage]),

        // Floor 2
        floor("OCI", on: ["LibCrypto", "StrictJSON"]),

        // Floor 3
        floor("Trust", on: ["LibCrypto", "StrictJSON"]),
        floor(
            "Registry",
            on: [
                "LibCrypto", "OCI", "StrictJSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        floor("ReleaseSet", on: ["CLibYAML", "LibCrypto", "OCI", "StrictJSON"]),

        // Floor 4
        floor("VendorProof", on: ["LibCrypto", "OCI", "ReleaseSet", "StrictJSON", "Trust"]),

        // Floor 5
        floor(
            "BundleFormat",
            on: [
                "Archive", "LibCrypto", "OCI", "ReleaseSet", "StrictJSON", "Trust", "VendorProof",
                systemPackage,
            ]),

        // Floor 6
        floor(
            "ReleaseExport",
            on: [
                "BundleFormat", "LibCrypto", "OCI", "Registry", "ReleaseSet", "StrictJSON", "Trust",
                "VendorProof", systemPackage,
            ]),
        floor(
            "ReleaseImport",
            on: ["BundleFormat", "LibCrypto", "OCI", "Registry", "ReleaseSet", "StrictJSON", systemPackage]),
        floor(
            "ReleaseRecord",
            on: [
                "BundleFormat", "LibCrypto", "OCI", "ReleaseSet", "StrictJSON", "Trust", "VendorProof",
                systemPackage,
            ]),

        // Floor 7
        floor(
            "Commands",
            on: [
                "BundleFormat", "LibCrypto", "OCI", "Registry", "ReleaseImport", "ReleaseRecord",
                "ReleaseSet",
                "StrictJSON", "Trust", "VendorProof", argumentParser, systemPackage,
            ]),

        // The roof
        .executableTarget(
            name: "cgbundle",
            dependencies: [
                "BundleFormat", "Commands", "LibCrypto", "OCI", "Registry", "ReleaseExport", "ReleaseSet",
                "StrictJSON", "Trust", "VendorProof", argumentParser, systemPackage,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "cgbundle-importer", dependencies: ["Commands", argumentParser], swiftSettings: settings),

        // Tests
        tests("LibCryptoTests", of: ["CommandRunner", "LibCrypto"]),
        tests("OCITests", of: ["OCI", "StrictJSON"]),
        tests("StrictJSONTests", of: ["StrictJSON"]),
        tests("ArchiveTests", of: ["Archive", systemPackage]),
        tests(
            "BundleFormatTests",
            of: [
                "Archive", "BundleFormat", "CommandRunner", "LibCrypto", "OCI", "ReleaseSet", "StrictJSON",
                "Trust", "VendorProof", systemPackage,
            ]),
        tests("TrustTests", of: ["CommandRunner", "LibCrypto", "StrictJSON", "Trust"]),
        tests("CommandsTests", of: ["BundleFormat", "Commands", "OCI", "Registry"]),
        .executableTarget(
            name: "Conformance", dependencies: ["LibCrypto", "Trust"], path: "Tests/Conformance",
            swiftSettings: settings),
        tests(
            "VendorProofTests", of: ["LibCrypto", "OCI", "ReleaseSet", "StrictJSON", "Trust", "VendorProof"]),
        tests("ReleaseSetTests", of: ["OCI", "ReleaseSet"]),
        tests(
            "ReleaseRecordTests",
            of: [
                "BundleFormat", "CommandRunner", "LibCrypto", "OCI", "ReleaseRecord", "ReleaseSet",
                "StrictJSON",
                "Trust", "VendorProof", systemPackage,
            ]),
        floor("CommandRunner", on: [], at: "Tests/CommandRunner"),
        floor("Servers", on: ["CommandRunner", "OCI"], at: "Tests/Servers"),
        tests(
            "RegistryTests",
            of: [
                "CommandRunner", "OCI", "Registry", "Servers", "StrictJSON",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests(
            "TransferTests",
            of: [
                "BundleFormat", "CommandRunner", "LibCrypto", "OCI", "Registry", "ReleaseExport",
                "ReleaseImport", "ReleaseSet", "Servers", "Trust", "VendorProof", "cgbundle", systemPackage,
            ]),
        tests(
            "BadInputTests",
            of: [
                "BundleFormat", "CommandRunner", "OCI", "ReleaseSet", "Servers", "Trust", "cgbundle",
                "cgbundle-importer",
            ]),
        tests("JourneyTests", of: ["CommandRunner", "OCI", "Servers", "cgbundle", "cgbundle-importer"]),
        tests("ReadmeTests", of: ["CommandRunner", "cgbundle"]),
    ],
    swiftLanguageModes: [.v6]
)
