// SPDX-License-Identifier: Apache-2.0

import Crypto
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

/// The parameters of the golden files, with everything that the readers need: 16 coefficients keep the inputs short.
private func parameters(_ keySwitching: KeySwitchingLiteral?) -> BFVParameters {
  let literal = BFVParameterLiteral(
    degree: 16, moduli: [1_073_741_441, 8_388_449, 1_099_511_627_297], plaintextModulus: 97, replyModulus: 1_048_193,
    keySwitching: keySwitching, security: .uncheckedInsecure)
  do {
    return try BFVParameters(literal)
  } catch {
    fatalError("the fuzzer's parameters were refused: \(error)")
  }
}

/// The parameters of the golden files of CKKS.
private let ckks: CKKSParameters = {
  let literal = CKKSParameterLiteral(
    degree: 16, baseModuli: [34_359_738_337], levelModuli: [[1_073_741_857], [1_073_741_441]], scale: 0x1p30,
    keySwitching: .hybrid(specialModuli: [68_719_476_577], digitLimbs: 1), security: .uncheckedInsecure)
  do {
    return try CKKSParameters(literal)
  } catch {
    fatalError("the fuzzer's parameters were refused: \(error)")
  }
}()

/// The parameters of the golden files for several plaintext moduli.
private let crt: CRTParameters = {
  let literal = BFVParameterLiteral(
    degree: 16, moduli: [1_073_741_441, 8_388_449, 1_099_511_627_297], plaintextModulus: 97,
    security: .uncheckedInsecure)
  do {
    return try CRTParameters(literal, plaintextModuli: [97, 1 << 20, 257])
  } catch {
    fatalError("the fuzzer's parameters were refused: \(error)")
  }
}()

private let plain = parameters(nil)
private let hybrid = parameters(.hybrid(specialModuli: [2_199_023_255_521, 2_199_023_255_489], digitLimbs: 2))
private let gadget = parameters(.gadget(digitBits: 12))

/// Reads one object; the first byte selects the reader.
///
/// What is read must be written as the same bytes; anything else is a typed error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  var bytes = Array(input.dropFirst())
  let selector = input[0] % 20
  let set = selector < 7 ? plain : selector == 11 ? gadget : hybrid
  let parameters = selector > 11 ? ckks.rlwe : set.rlwe
  let digest = selector > 16 ? crt.digest : parameters.digest
  // The upper half of the selectors repairs digest and checksums, so that the fuzzer need not guess them.
  if input[0] >= 128, bytes.count >= 40 {
    bytes.replaceSubrange(8..<40, with: digest.bytes)
    if (9...11).contains(selector) { bytes = withRightChecksums(bytes, parameters: parameters) }
    if selector == 16 || selector == 18, bytes.count > 56 {
      bytes = bytes.dropLast(16) + SHA256.hash(data: bytes.dropLast(16)).prefix(16)
    }
  }
  do throws(WireError) {
    let again: [UInt8]
    switch selector {
    case 0: again = try SecretKey(serialized: bytes, parameters: parameters).serialized()
    case 1: again = try PublicKey(serialized: bytes, parameters: parameters).serialized()
    case 2: again = try SeededCiphertext(serialized: bytes, parameters: parameters).serialized()
    case 3: again = try Ciphertext<Coefficient>(serialized: bytes, parameters: parameters).serialized()
    case 4: again = try Ciphertext<Evaluation>(serialized: bytes, parameters: parameters).serialized()
    case 5: again = try BFVReply(serialized: bytes, parameters: set).serialized()
    case 6: again = try BFVPlaintext(serialized: bytes, parameters: set).serialized()
    case 7: again = try QuadraticCiphertext<Coefficient>(serialized: bytes, parameters: parameters).serialized()
    case 8: again = try QuadraticCiphertext<Evaluation>(serialized: bytes, parameters: parameters).serialized()
    case 9: again = try readFromStream(bytes, parameters: parameters)
    case 12:
      let ciphertext = try CKKSCiphertext(serialized: bytes, parameters: ckks)
      exercise(ciphertext)
      again = ciphertext.serialized()
    case 13: again = try SeededCKKSCiphertext(serialized: bytes, parameters: ckks).serialized()
    case 14: again = try CKKSProduct(serialized: bytes, parameters: ckks).serialized()
    case 15: again = try CKKSPlaintext(serialized: bytes, parameters: ckks).serialized()
    case 16: again = try SeededReencryptionKey(serialized: bytes, parameters: parameters).serialized()
    case 17:
      let ciphertext = try CRTCiphertext(serialized: bytes, parameters: crt)
      exercise(ciphertext)
      again = ciphertext.serialized()
    case 18: again = try CRTSecretKey(serialized: bytes, parameters: crt).serialized()
    case 19: again = try CRTPlaintext(serialized: bytes, parameters: crt).serialized()
    default: again = try SeededEvaluationKeys(serialized: bytes, parameters: parameters).serialized()
    }
    precondition(again == bytes, "an object was read that is written differently")
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}

/// Computes with a ciphertext whose scale and bounds may be anything: errors, or results, and no more.
private func exercise(_ ciphertext: CKKSCiphertext) {
  let evaluator = CKKSEvaluator(parameters: ckks)
  _ = (ciphertext.precisionBits, ciphertext.releaseErrorBound(ReleasePolicy()), ciphertext.isTransparent)
  _ = try? evaluator.multiply(ciphertext, ciphertext)
  _ = try? evaluator.multiply(ciphertext, by: 0.3)
  _ = try? evaluator.rescale(ciphertext)
  _ = try? evaluator.adjust(ciphertext, toLevel: 0)
  var sum = ciphertext
  try? evaluator.add(&sum, ciphertext)
  try? evaluator.add(&sum, 0.7)
  try? evaluator.multiply(&sum, byInteger: -5)
}

/// Computes with a ciphertext whose parts may have any noise and any number of primes: errors, or results, and no more.
private func exercise(_ ciphertext: CRTCiphertext) {
  let evaluator = CRTEvaluator(parameters: crt)
  var sum = ciphertext
  try? evaluator.add(&sum, ciphertext)
  try? evaluator.subtract(&sum, ciphertext)
  _ = try? evaluator.multiply(ciphertext, ciphertext, with: [])
  if let factor = try? CRTPlaintext(coefficients: [3, -1], parameters: crt) {
    sum = ciphertext
    try? evaluator.multiply(&sum, by: factor)
    try? evaluator.add(&sum, factor)
  }
  for (part, set) in zip(ciphertext.parts, crt.components) {
    _ = try? BFVEvaluator(parameters: set).droppingFreeLimbs(part)
  }
}

/// Evaluation keys from a source that gives a few bytes at a time, in both forms; what follows them stays in it.
private func readFromStream(_ bytes: [UInt8], parameters: RLWEParameters) throws(WireError) -> [UInt8] {
  var rest = bytes[...]
  func next(_ count: Int) -> [UInt8] {
    let some = Array(rest.prefix(min(count, 100)))
    rest = rest.dropFirst(some.count)
    return some
  }
  do {
    let seeded = try SeededEvaluationKeys(readFrom: next, parameters: parameters)
    let read = bytes[..<rest.startIndex]
    rest = bytes[...]
    let keys = try EvaluationKeys(readFrom: next, parameters: parameters)
    precondition(keys.galoisElements == seeded.galoisElements && keys.key == seeded.key)
    let written = seeded.serialized()
    precondition(written[...] == read, "keys were read that are written differently")
    return written + rest
  } catch let error as WireError {
    throw error
  } catch {
    fatalError("a source without errors gave \(error)")
  }
}

/// Evaluation keys with the checksums that they should have, where their head says that these are.
private func withRightChecksums(_ bytes: [UInt8], parameters: RLWEParameters) -> [UInt8] {
  guard bytes.count > 62, (1...parameters.limbCount).contains(Int(bytes[56])) else { return bytes }
  let limbs = Int(bytes[56])
  let keyByteCount =
    EvaluationKeyRequest(relinearization: true, limbCount: limbs).wireByteCount(parameters: parameters)
    - EvaluationKeyRequest(limbCount: limbs).wireByteCount(parameters: parameters)
  let elements = (0..<4).reduce(0) { $0 | Int(bytes[58 + $1]) << (8 * $1) }
  var result = bytes
  var hash = SHA256()
  var (start, end) = (0, 62 + 4 * elements)
  while end + 16 <= bytes.count {
    hash.update(data: result[start..<end])
    let checksum = Array(hash.finalize().prefix(16))
    result.replaceSubrange(end..<end + 16, with: checksum)
    hash.update(data: checksum)
    (start, end) = (end + 16, end + keyByteCount)
  }
  return result
}
