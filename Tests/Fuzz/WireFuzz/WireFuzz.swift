// SPDX-License-Identifier: Apache-2.0

import Tacit

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

@main enum WireFuzz {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, fuzzOneInput))
  }
}

/// One tiny parameter set with everything that the readers need: 16 coefficients keep the inputs short.
private let parameters: BFVParameters = {
  let literal = BFVParameterLiteral(
    degree: 16, moduli: [1_073_741_441, 8_388_449, 1_099_511_627_297], plaintextModulus: 97, replyModulus: 1_048_193,
    security: .uncheckedInsecure)
  do {
    return try BFVParameters(literal)
  } catch {
    fatalError("the fuzzer's parameters were refused: \(error)")
  }
}()

/// Reads one object; the first byte selects the reader.
///
/// What is read must be written as the same bytes; anything else is a typed error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  var bytes = Array(input.dropFirst())
  // The upper half of the selectors repairs the digest, so that the fuzzer need not guess it.
  if input[0] >= 128, bytes.count >= 40 { bytes.replaceSubrange(8..<40, with: parameters.rlwe.digest.bytes) }
  do throws(WireError) {
    let again: [UInt8]
    switch input[0] % 7 {
    case 0: again = try SecretKey(serialized: bytes, parameters: parameters.rlwe).serialized()
    case 1: again = try PublicKey(serialized: bytes, parameters: parameters.rlwe).serialized()
    case 2: again = try SeededCiphertext(serialized: bytes, parameters: parameters.rlwe).serialized()
    case 3: again = try Ciphertext<Coefficient>(serialized: bytes, parameters: parameters.rlwe).serialized()
    case 4: again = try Ciphertext<Evaluation>(serialized: bytes, parameters: parameters.rlwe).serialized()
    case 5: again = try BFVReply(serialized: bytes, parameters: parameters).serialized()
    default: again = try BFVPlaintext(serialized: bytes, parameters: parameters).serialized()
    }
    precondition(again == bytes, "an object was read that is written differently")
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}
