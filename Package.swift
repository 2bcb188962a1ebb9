// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func gh(_ repository: String) -> String { "https://github.com/\(repository)" }

extension Product {
    /// A target as a product of its own.
    static func module(_ name: String) -> Product { library(name: name, targets: [name]) }
}

let package = Package(
    name: "wirewatch",
    products: [
        .executable(name: "wirewatch", targets: ["wirewatch"]),
        // For Benchmarks/ only: docs/decisions/0003.
        .module("WireModel"),
        .module("WireText"),
        .module("WireParse"),
        .module("WireRules"),
        .module("WirePipeline"),
        .module("WireFetch"),
        .module("WireStore"),
        .module("WireStoreSQLite"),
        .module("WireAlerts"),
    ],
    dependencies: [
        .package(url: gh("apple/swift-argument-parser"), from: "1.8.2"),
        .package(url: gh("groue/GRDB.swift"), from: "7.10.0"),
        .package(url: gh("jpsim/Yams"), from: "6.2.2"),
        .package(url: gh("hummingbird-project/swift-mustache"), from: "2.1.1"),
        .package(url: gh("swiftlang/swift-subprocess"), from: "1.0.2"),
        .package(url: gh("hummingbird-project/hummingbird"), from: "2.28.1"),
        .package(url: gh("apple/swift-nio"), from: "2.80.0"),
        .package(url: gh("apple/swift-log"), from: "1.6.0"),
        .package(url: gh("apple/swift-http-types"), from: "1.8.0"),
    ],
    targets: [
        // -1 cellar: module maps and shims, no Swift
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCoding", pkgConfig: "libbrotlidec", providers: [.apt(["zlib1g-dev", "libbrotli-dev"])]),
        .systemLibrary(name: "CPSL", pkgConfig: "libpsl", providers: [.apt(["libpsl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CStemmer", providers: [.apt(["libstemmer-dev"])]),
        .systemLibrary(name: "CMemfd"),
        // C++ behind a C face, and the allocator of the whole program
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CAllocator", linkerSettings: [.linkedLibrary("jemalloc")]),

        // 0 ground: values; words and Unicode; no I/O
        .target(name: "WireModel", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(name: "WireText", dependencies: ["WireModel", "CStemmer"], swiftSettings: strict),

        // 1 workshops: do not know each other
        .target(name: "WireParse", dependencies: ["WireModel", "CXML"], swiftSettings: strict),
        .target(name: "WireFetch", dependencies: ["WireModel", "CCurl", "CCoding", "CPSL"], swiftSettings: strict),
        .target(
            name: "WireRules",
            dependencies: ["WireModel", "WireText", "CRE2", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(name: "WireStories", dependencies: ["WireModel", "WireText"], swiftSettings: strict),
        .target(name: "WireStore", dependencies: ["WireModel"], swiftSettings: strict),
        .target(
            name: "WireStoreSQLite",
            dependencies: [
                "WireModel", "WireText", "WireStore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),

        // 2 hall: the only one who knows floor 1 whole
        .target(
            name: "WirePipeline",
            dependencies: ["WireModel", "WireParse", "WireFetch", "WireRules", "WireStories", "WireStore"],
            swiftSettings: strict),

        // 3 front rooms: do not know each other
        .target(
            name: "WireAlerts",
            dependencies: [
                "WireModel", "WireFetch", "WireStore", "CMemfd",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict),
        .target(
            name: "WireWeb",
            dependencies: [
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict),

        // 4 roof
        .target(
            name: "WireDaemon",
            dependencies: [
                "WireModel", "WireText", "WireParse", "WireFetch", "WireRules", "WireStories", "WireStore",
                "WireStoreSQLite", "WirePipeline", "WireAlerts", "WireWeb", "CAllocator",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "wirewatch",
            dependencies: [
                "WireModel", "WireRules", "WireStore", "WireDaemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // tests
        .target(name: "WireTesting", dependencies: ["WireModel", "WireStore"], path: "Tests/WireTesting"),
        .testTarget(name: "WireModelTests", dependencies: ["WireModel", "WireTesting"]),
        .testTarget(name: "WireTextTests", dependencies: ["WireText", "WireModel", "WireTesting"]),
        .testTarget(name: "WireParseTests", dependencies: ["WireParse", "WireModel", "WireTesting"]),
        .testTarget(name: "WireFetchTests", dependencies: ["WireFetch", "WireModel", "WireTesting"]),
        .testTarget(name: "WireRulesTests", dependencies: ["WireRules", "WireText", "WireModel", "WireTesting"]),
        .testTarget(name: "WireStoriesTests", dependencies: ["WireStories", "WireModel"]),
        .testTarget(
            name: "WireStoreSQLiteTests",
            dependencies: [
                "WireStoreSQLite", "WireStore", "WireText", "WireModel", "WireTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "WireAlertsTests",
            dependencies: [
                "WireAlerts", "WireFetch", "WireParse", "WireStore", "WireStoreSQLite", "WireModel", "WireTesting",
            ]),
        .testTarget(name: "WireWebTests", dependencies: ["WireWeb", "WireFetch", "WireModel"]),
        .testTarget(
            name: "WireDaemonTests",
            dependencies: [
                "WireDaemon", "WireAlerts", "WireFetch", "WireStore", "WireStoreSQLite", "WireModel", "WireTesting",
            ]),
        .testTarget(
            name: "WirePipelineTests",
            dependencies: [
                "WirePipeline", "WireModel", "WireParse", "WireFetch", "WireRules", "WireStore", "WireStoreSQLite",
                "WireTesting",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
