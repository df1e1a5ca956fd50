// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// A package of its own: the flags of libFuzzer stay out of the main one. Scripts/fuzz.sh builds and runs it.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"]),
]

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "Tacit", path: "../.."),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    .executableTarget(
      name: "WireFuzz",
      dependencies: [.product(name: "Tacit", package: "Tacit"), .product(name: "Crypto", package: "swift-crypto")],
      path: "WireFuzz", swiftSettings: settings),
    .executableTarget(
      name: "ImportFuzz", dependencies: [.product(name: "LinearModels", package: "Tacit")], path: "ImportFuzz",
      swiftSettings: settings),
  ]
)
