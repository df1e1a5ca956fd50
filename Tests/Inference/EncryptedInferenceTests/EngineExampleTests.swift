// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

// The README's second example, between the two marks, compiled and run as it stands there.
// begin README
import Tacit

/// The mean of the squares of numbers that the one who computes it cannot read.
func meanOfSquares(_ numbers: [Double]) throws -> Double {
  // Both sides: parameters from what is to be computed. A square and a division take one level each.
  let parameters = try CKKSParameters(
    .planned(levels: 2, scaleBits: 40, valueBound: 8, headroomBits: 6, slots: numbers.count))
  let encoder = CKKSEncoder(parameters: parameters)

  // The owner of the numbers: a secret key, the evaluation keys that the computation needs, a ciphertext.
  let secret = SecretKey(parameters: parameters.rlwe)
  let steps = CKKSEvaluator.innerSumSteps(count: parameters.slotCount)
  let request = EvaluationKeyRequest(relinearization: true, rotations: steps, degree: parameters.degree)
  let keyBytes = try secret.evaluationKeys(request).serialized()
  let upload = try secret.encrypt(encoder.encode(numbers)).serialized()

  // The other side, with nothing but bytes. It sees to no scales and levels: the evaluator does.
  let keys = try EvaluationKeys(serialized: keyBytes, parameters: parameters.rlwe, parallelism: 2)
  let evaluator = CKKSEvaluator(parameters: parameters, parallelism: 2)
  let received = try SeededCKKSCiphertext(serialized: upload, parameters: parameters).expanded()
  let squares = try evaluator.square(received, with: keys)
  let sum = try evaluator.innerSum(squares, count: parameters.slotCount, with: keys)
  // Only so many slots are in use; what the evaluator cannot know, it is told.
  let bounded = try evaluator.assuming(sum, bound: 64 * Double(numbers.count))
  let reply = try evaluator.multiply(bounded, by: 1 / Double(numbers.count)).serialized()

  // And the owner opens the answer, which says how far it may be off.
  let answer = try secret.decrypt(CKKSCiphertext(serialized: reply, parameters: parameters))
  assert(answer.error < 0.01)
  return encoder.decode(answer)[0]
}
// end README

@Suite struct EngineExampleTests {
  @Test func exampleInTheReadmeIsThisOne() throws {
    try ReadmeExampleTests.requireInReadme(
      "Tests/Inference/EncryptedInferenceTests/EngineExampleTests.swift", number: 1)
  }

  @Test func exampleIsRight() throws {
    let numbers = (0..<1000).map { 8 * sin(Double($0)) }
    let expected = numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)
    #expect(abs(try meanOfSquares(numbers) - expected) < 0.01)
  }
}
