// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// What every target of ours is built with.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Targets whose speed decides how long the tests take: the debug configuration optimises them and keeps every assertion.
let hot: [SwiftSetting] =
  strict + [
    .enableExperimentalFeature("Lifetimes"),
    .unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug)),
  ]

/// The kernels: optimised in both configurations; the debug one checks every contract (HE_VERIFY).
let kernels: [CSetting] = [
  .treatAllWarnings(as: .error),
  .define("HE_VERIFY", .when(configuration: .debug)),
  .unsafeFlags(["-O3"], .when(configuration: .debug)),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let complex: Target.Dependency = .product(name: "ComplexModule", package: "swift-numerics")
let real: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")
let csv: Target.Dependency = .product(name: "SwiftCSV", package: "SwiftCSV")

let package = Package(
  name: "Tacit",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Tacit", targets: ["Tacit"]),
    .library(name: "EncryptedInference", targets: ["EncryptedInference"]),
    .library(name: "LinearModels", targets: ["LinearModels"]),
    .executable(name: "he", targets: ["he"]),
    .executable(name: "he-bench", targets: ["he-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
  ],
  targets: [
    // Arithmetic
    .target(
      name: "CPolynomial", path: "Sources/Arithmetic/CPolynomial", cSettings: kernels,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .systemLibrary(
      name: "CGMP", path: "Vendor/CGMP", pkgConfig: "gmp", providers: [.apt(["libgmp-dev"]), .brew(["gmp"])]),
    .target(name: "BigIntegers", dependencies: ["CGMP"], path: "Sources/Arithmetic/BigIntegers", swiftSettings: strict),
    .target(
      name: "ModularArithmetic", dependencies: ["CPolynomial", "BigIntegers"],
      path: "Sources/Arithmetic/ModularArithmetic", swiftSettings: hot),
    .target(
      name: "Randomness", dependencies: ["CPolynomial", crypto, cryptoExtras],
      path: "Sources/Arithmetic/Randomness", swiftSettings: hot),
    .target(
      name: "PolynomialRing", dependencies: ["CPolynomial", "BigIntegers", "ModularArithmetic", "Randomness"],
      path: "Sources/Arithmetic/PolynomialRing", swiftSettings: hot),

    // Encryption
    .target(
      name: "RLWE",
      dependencies: ["PolynomialRing", "ModularArithmetic", "BigIntegers", "Randomness", crypto],
      path: "Sources/Encryption/RLWE", exclude: ["WireFormat/WireFormat.md"], swiftSettings: hot),
    .target(
      name: "BFV", dependencies: ["RLWE", "PolynomialRing", "ModularArithmetic", "BigIntegers", "Randomness"],
      path: "Sources/Encryption/BFV", swiftSettings: hot),
    .target(
      name: "CKKS",
      dependencies: ["RLWE", "PolynomialRing", "ModularArithmetic", "Randomness", complex, real],
      path: "Sources/Encryption/CKKS", swiftSettings: hot),
    .target(
      name: "Tacit", dependencies: ["RLWE", "BFV", "CKKS", "PolynomialRing", complex, real],
      path: "Sources/Encryption/Tacit",
      swiftSettings: strict),

    // Inference
    .target(
      name: "LinearModels", dependencies: [protobuf], path: "Sources/Inference/LinearModels",
      exclude: ["ONNX/onnx_subset.proto"], swiftSettings: strict),
    .target(
      name: "EncryptedInference",
      dependencies: ["Tacit", "LinearModels", crypto],
      path: "Sources/Inference/EncryptedInference", swiftSettings: hot),

    // Command line
    .target(
      name: "Commands", dependencies: ["EncryptedInference", "LinearModels", "Tacit", argumentParser, csv],
      path: "Sources/CommandLine/Commands", swiftSettings: strict),
    .executableTarget(
      name: "he", dependencies: ["Commands"], path: "Sources/CommandLine/he", swiftSettings: strict),

    // Benchmarks
    .target(name: "CPortProbe", path: "Benchmarks/CPortProbe", cSettings: kernels),
    .target(
      name: "BenchmarkKit", dependencies: ["CPortProbe", "ModularArithmetic"], path: "Benchmarks/BenchmarkKit",
      swiftSettings: hot),
    .executableTarget(
      name: "he-bench",
      dependencies: [
        "BenchmarkKit", "Tacit", "EncryptedInference", "LinearModels", "PolynomialRing", "ModularArithmetic",
        "Randomness",
        argumentParser,
      ],
      path: "Benchmarks/he-bench", swiftSettings: strict),
    .testTarget(
      name: "BenchmarkKitTests", dependencies: ["BenchmarkKit", "ModularArithmetic"],
      path: "Benchmarks/BenchmarkKitTests", swiftSettings: hot),

    // Tests mirror the sources.
    .target(name: "CTestSupport", path: "Tests/CTestSupport", cSettings: [.treatAllWarnings(as: .error)]),
    .target(name: "TestSupport", dependencies: ["CTestSupport"], path: "Tests/TestSupport", swiftSettings: hot),
    // Run by Scripts/test_secrets.sh.
    .target(name: "CMemcheck", path: "Tests/CMemcheck", cSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "secret-path",
      dependencies: ["CMemcheck", "BFV", "CKKS", "RLWE", "PolynomialRing", "ModularArithmetic", "Randomness"],
      path: "Tests/SecretPath", swiftSettings: strict),
    .testTarget(
      name: "BigIntegersTests", dependencies: ["BigIntegers", "TestSupport"], path: "Tests/Arithmetic/BigIntegersTests",
      swiftSettings: hot),
    .testTarget(
      name: "ModularArithmeticTests", dependencies: ["ModularArithmetic", "BigIntegers", "TestSupport"],
      path: "Tests/Arithmetic/ModularArithmeticTests", swiftSettings: hot),
    .testTarget(
      name: "RandomnessTests", dependencies: ["Randomness", "BigIntegers"], path: "Tests/Arithmetic/RandomnessTests",
      swiftSettings: hot),
    .testTarget(
      name: "PolynomialRingTests",
      dependencies: ["PolynomialRing", "ModularArithmetic", "BigIntegers", "Randomness", "TestSupport"],
      path: "Tests/Arithmetic/PolynomialRingTests", swiftSettings: hot),
    .testTarget(
      name: "RLWETests",
      dependencies: ["RLWE", "PolynomialRing", "ModularArithmetic", "BigIntegers", "Randomness", "TestSupport"],
      path: "Tests/Encryption/RLWETests", swiftSettings: hot),
    .testTarget(
      name: "BFVTests",
      dependencies: [
        "BFV", "RLWE", "PolynomialRing", "ModularArithmetic", "BigIntegers", "Randomness", crypto, "TestSupport",
      ],
      path: "Tests/Encryption/BFVTests", resources: [.copy("Golden")], swiftSettings: hot),
    .testTarget(
      name: "CKKSTests",
      dependencies: [
        "CKKS", "RLWE", "PolynomialRing", "ModularArithmetic", "BigIntegers", "Randomness", complex, real, crypto,
        "TestSupport",
      ],
      path: "Tests/Encryption/CKKSTests", resources: [.copy("Golden")], swiftSettings: hot),
    .testTarget(
      name: "LinearModelsTests", dependencies: ["LinearModels", protobuf], path: "Tests/Inference/LinearModelsTests",
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "EncryptedInferenceTests", dependencies: ["EncryptedInference", "LinearModels", "Tacit", "TestSupport"],
      path: "Tests/Inference/EncryptedInferenceTests", exclude: ["Golden"], swiftSettings: hot),
    .testTarget(
      name: "CommandsTests", dependencies: ["Commands", "EncryptedInference", "LinearModels"],
      path: "Tests/CommandLine/CommandsTests", swiftSettings: strict),
  ]
)
