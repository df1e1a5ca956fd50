// SPDX-License-Identifier: Apache-2.0

import BFV
import Crypto
import Foundation
import ModularArithmetic
import PolynomialRing
import RLWE
import Testing

@Suite struct GoldenKeyTests {
  /// A golden set, and how its files are called.
  struct GoldenSet: Sendable, CustomTestStringConvertible {
    let prefix: String
    let literal: BFVParameterLiteral
    let limbs: Int
    let elements: [Int]

    var testDescription: String { prefix.isEmpty ? "hybrid" : prefix }

    func objects(kernels: KernelChoice = .automatic) throws -> GoldenKeys {
      try GoldenKeys(literal, limbs: limbs, elements: elements, kernels: kernels)
    }
  }

  static let sets = [
    GoldenSet(prefix: "", literal: GoldenKeys.hybrid, limbs: 3, elements: [3, 31]),
    GoldenSet(prefix: "gadget-", literal: GoldenKeys.gadget, limbs: 2, elements: [27]),
  ]

  @Test(arguments: sets)
  func theObjectsOfTheSeedsAreTheFiles(_ set: GoldenSet) throws {
    try GoldenTests.compare(try set.objects().files(set.prefix))
  }

  /// The files are read, do what they should, and are written again as the same bytes.
  @Test(arguments: sets)
  func theFilesAreReadAndWritten(_ set: GoldenSet) throws {
    let parameters = try BFVParameters(set.literal)
    let objects = try GoldenObjects(set.literal)
    let keyBytes = try GoldenTests.read(set.prefix + "evaluation-keys.bin")
    let seeded = try SeededEvaluationKeys(serialized: keyBytes, parameters: parameters.rlwe)
    #expect(seeded.serialized() == keyBytes)
    #expect(seeded.limbCount == set.limbs && seeded.hasRelinearizationKey)
    #expect(seeded.galoisElements.map(\.value).sorted() == set.elements)
    let coefficientBytes = try GoldenTests.read(set.prefix + "quadratic-coefficient.bin")
    let coefficient = try QuadraticCiphertext<Coefficient>(serialized: coefficientBytes, parameters: parameters.rlwe)
    #expect(coefficient.serialized() == coefficientBytes && coefficient.limbCount == set.limbs)
    let evaluationBytes = try GoldenTests.read(set.prefix + "quadratic-evaluation.bin")
    let evaluation = try QuadraticCiphertext<Evaluation>(serialized: evaluationBytes, parameters: parameters.rlwe)
    #expect(evaluation.serialized() == evaluationBytes && evaluation.limbCount == set.limbs - 1)
    let keys = try EvaluationKeys(serialized: keyBytes, parameters: parameters.rlwe)
    try expectTheyCompute(keys, coefficient, evaluation, objects: objects, elements: set.elements)
  }

  /// Keys and products of a real size, in one digest, the same with all kernels.
  @Test(arguments: [KernelChoice.automatic] + KernelBackend.supported.map { .only($0.instructionSet) })
  func theDigestOfARealSizeIsUnchanged(_ kernels: KernelChoice) throws {
    let set = GoldenSet(prefix: "", literal: GoldenKeys.real, limbs: 3, elements: [3, 16_383])
    let golden = try set.objects(kernels: kernels)
    var hash = SHA256()
    for (_, bytes) in golden.files() { hash.update(data: bytes) }
    let digest = hash.finalize().map { String(format: "%02x", $0) }.joined()
    #expect(digest == "102ace2910dc2619ce8025d9ca9060be4630e2384b9a744702c5fb939177b95f")
    let keys = try EvaluationKeys(
      readFrom: EvaluationKeyTests.source(golden.keys.serialized()), parameters: golden.objects.parameters.rlwe,
      parallelism: 2)
    try expectTheyCompute(
      keys, golden.coefficient, golden.evaluation, objects: golden.objects, elements: set.elements)
  }

  /// Products are relinearised, and their images under the automorphisms are those of the message.
  private func expectTheyCompute(
    _ keys: EvaluationKeys, _ coefficient: QuadraticCiphertext<Coefficient>,
    _ evaluation: QuadraticCiphertext<Evaluation>, objects: GoldenObjects, elements: [Int]
  ) throws {
    let parameters = objects.parameters
    let evaluator = BFVEvaluator(parameters: parameters)
    let relinearized = try evaluator.relinearize(coefficient, with: keys)
    #expect(try objects.secret.decrypt(relinearized, parameters: parameters).coefficients == objects.message)
    let other = try evaluation.relinearized(with: keys, parallelism: 1).coefficientForm()
    #expect(try objects.secret.decrypt(other, parameters: parameters).coefficients == objects.message)
    let (n, t) = (parameters.degree, parameters.plaintextModulus)
    for value in elements {
      var expected = [UInt64](repeating: 0, count: n)
      for (k, word) in objects.message.enumerated() {
        let power = k * value % (2 * n)
        expected[power % n] = power < n ? word : t.negate(word)
      }
      let image = try evaluator.apply(GaloisElement(value, degree: n), to: relinearized, with: keys)
      #expect(try objects.secret.decrypt(image, parameters: parameters).coefficients == expected)
    }
  }
}
