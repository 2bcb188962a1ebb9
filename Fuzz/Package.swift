// swift-tools-version:6.2
import PackageDescription

// A package of its own, because the fuzzer brings its own `main`: `make fuzz`.
let package = Package(
    name: "wirewatch-fuzz",
    dependencies: [.package(name: "wirewatch", path: "..")],
    targets: [
        .executableTarget(
            name: "FuzzParse",
            dependencies: [
                .product(name: "WireModel", package: "wirewatch"), .product(name: "WireParse", package: "wirewatch"),
                .product(name: "WireText", package: "wirewatch"), .product(name: "WireRules", package: "wirewatch"),
            ],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])])
    ],
    swiftLanguageModes: [.v6]
)
