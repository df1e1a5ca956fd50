// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import RLWE
import TestSupport
import Testing

@testable import CKKS

/// Two sets that differ in the kernels they run on are one set, also where they meet in an operation.
@Suite struct KernelChoiceTests {
  static let sets = [
    CKKSTestSet(name: "N=64, 4 levels, digits of 2", levels: 4, degree: 64, digitLimbs: 2),
    CKKSTestSet(name: "N=128, 2 levels of 80 bits", levels: 2, scaleBits: 80, degree: 128),
    CKKSTestSet(name: "N=64, gadget", levels: 2, degree: 64, gadgetBits: 15),
    CKKSTestSet(name: "N=8192, 1 level of 30 bits", levels: 1, scaleBits: 30, degree: 8192),
  ]

  /// Every operation with a key, as bytes.
  private static func work(
    _ evaluator: CKKSEvaluator, _ a: CKKSCiphertext, _ b: CKKSCiphertext, _ keys: EvaluationKeys,
    _ reencryption: ReencryptionKey
  ) throws -> [[UInt8]] {
    let product = try evaluator.multiply(a, b)
    return try
      ([
        evaluator.multiply(a, b, with: keys), evaluator.relinearize(product, with: keys),
        evaluator.relinearizeAndRescale(product, with: keys), evaluator.rotate(a, by: 1, with: keys),
        evaluator.conjugate(a, with: keys), evaluator.innerSum(b, count: 2, with: keys),
        evaluator.reencrypt(a, with: reencryption),
      ] + evaluator.rotate(b, by: [1, 2], with: keys)).map { $0.serialized() }
  }

  @Test(arguments: sets)
  func keysOfOtherKernelsServe(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x6E57)
    let request = EvaluationKeyRequest(
      relinearization: true, rotations: [1, 2], conjugation: true, degree: fixture.parameters.degree)
    let keyBytes = try fixture.secret.evaluationKeys(request).serialized()
    let target = SecretKey(parameters: fixture.parameters.rlwe)
    let reencryptionBytes = try fixture.secret.reencryptionKey(to: target).serialized()
    let ciphertexts = try (0..<2).map { _ in try fixture.encrypt(fixture.numbers(&generator)).serialized() }
    let literal = try set.literal()
    let narrow = (literal.baseModuli + literal.levelModuli.flatMap { $0 }).allSatisfy { $0 < 1 << 46 }
    let choices =
      [KernelChoice.automatic, .only(.scalar)]
      + KernelBackend.supported.filter { narrow && $0.instructionSet != .scalar }.map { .only($0.instructionSet) }
    let parameters = choices.compactMap { try? CKKSParameters(literal, kernels: $0) }
    #expect(parameters.count >= 2)
    var expected: [[UInt8]]?
    for own in parameters {
      let evaluator = CKKSEvaluator(parameters: own)
      let (a, b) = try (
        CKKSCiphertext(serialized: ciphertexts[0], parameters: own),
        CKKSCiphertext(serialized: ciphertexts[1], parameters: own)
      )
      for other in parameters {
        let keys = try EvaluationKeys(serialized: keyBytes, parameters: other.rlwe)
        let reencryption = try SeededReencryptionKey(serialized: reencryptionBytes, parameters: other.rlwe).expanded()
        let results = try Self.work(evaluator, a, b, keys, reencryption)
        if let expected {
          let areEqual = results == expected
          #expect(areEqual, "kernels of the keys change the result")
        }
        expected = results
      }
    }
  }
}
