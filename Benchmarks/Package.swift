// swift-tools-version:6.2
import PackageDescription

let package = Package(
    name: "wirewatch-benchmarks",
    dependencies: [.package(name: "wirewatch", path: "..")],
    targets: [
        .executableTarget(
            name: "ParseBenchmark",
            dependencies: [
                .product(name: "WireModel", package: "wirewatch"), .product(name: "WireParse", package: "wirewatch"),
            ]),
        .systemLibrary(name: "CMalloc"),
        .executableTarget(
            name: "MatchBenchmark",
            dependencies: [
                "CMalloc",
                .product(name: "WireModel", package: "wirewatch"), .product(name: "WireText", package: "wirewatch"),
                .product(name: "WireRules", package: "wirewatch"),
            ]),
        .executableTarget(
            name: "DeliverBenchmark",
            dependencies: [
                .product(name: "WireModel", package: "wirewatch"), .product(name: "WireFetch", package: "wirewatch"),
                .product(name: "WireStore", package: "wirewatch"), .product(name: "WireAlerts", package: "wirewatch"),
                .product(name: "WireStoreSQLite", package: "wirewatch"),
            ]),
        .executableTarget(
            name: "ScheduleBenchmark",
            dependencies: [
                .product(name: "WireModel", package: "wirewatch"), .product(name: "WirePipeline", package: "wirewatch"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
