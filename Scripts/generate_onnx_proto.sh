#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Regenerates the Swift of the ONNX subset from its .proto. Both protoc and the Swift plugin are products of the
# swift-protobuf package, so that no other tool is needed; the first run builds them (some minutes).
# Usage: Scripts/generate_onnx_proto.sh [SCRATCH_FOLDER]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=${1:-$root/.build-protoc}
folder=$root/Sources/Inference/LinearModels/ONNX
mkdir -p "$scratch/Sources/Empty"
cat >"$scratch/Package.swift" <<'MANIFEST'
// swift-tools-version: 6.0
import PackageDescription
let package = Package(
  name: "protoc-tools",
  dependencies: [.package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0")],
  targets: [.target(name: "Empty", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")])])
MANIFEST
echo '' >"$scratch/Sources/Empty/Empty.swift"
swift build --package-path "$scratch" --product protoc
swift build --package-path "$scratch" --product protoc-gen-swift
tools=$(swift build --package-path "$scratch" --show-bin-path)
"$tools/protoc" --plugin="$tools/protoc-gen-swift" --proto_path="$folder" \
  --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true --swift_out="$folder" onnx_subset.proto
# The house rule for source files: the licence on the first line.
sed -i.bak '1i\
// SPDX-License-Identifier: Apache-2.0
' "$folder/onnx_subset.pb.swift"
rm "$folder/onnx_subset.pb.swift.bak"
