// SPDX-License-Identifier: Apache-2.0

import LinearModels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// libFuzzer's own loop: SwiftPM names the entry point of an executable, so its `main` cannot be libFuzzer's.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main enum ImportFuzz {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, fuzzOneInput))
  }
}

/// Imports one model; the first byte selects ONNX (even) or JSON (odd).
///
/// Whatever follows: a model, or a typed error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  let bytes = Array(input.dropFirst())
  do throws(ModelError) {
    let model: LinearModel
    if input[0] % 2 == 0 {
      // External data of the length asked for, where that is moderate: lengths are as hostile as the rest.
      model = try LinearModel(onnx: bytes) { _, _, length throws(ModelError) in
        [UInt8](repeating: 0x3c, count: min(max(length, 0), 1 << 16))
      }
    } else {
      model = try LinearModel(json: bytes)
    }
    precondition(model.weights.count == model.intercepts.count, "a model of inconsistent shape")
    precondition(model.weights.allSatisfy { $0.allSatisfy(\.isFinite) }, "a weight that is not finite")
    precondition(model.intercepts.allSatisfy(\.isFinite), "an intercept that is not finite")
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}
