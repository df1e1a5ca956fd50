// SPDX-License-Identifier: Apache-2.0

import BFV
import ModularArithmetic
import RLWE
import TestSupport
import Testing

@Suite struct PlanningTests {
  private static let choices: [BFVPlaintextChoice] = [
    .slots(bits: 17), .slots(bits: 30), .slots(bits: 55), .exactly(2),
  ]

  /// What is planned is accepted: secure, coprime, with key switching.
  @Test(arguments: choices, [0, 1, 2, 5, 12])
  func plansAreAccepted(_ choice: BFVPlaintextChoice, _ depth: Int) throws {
    for security in [SecurityLevel.classical128, .classical256, .quantum128] {
      let literal: BFVParameterLiteral
      do {
        literal = try BFVParameterLiteral.planned(plaintextModulus: choice, depth: depth, security: security)
      } catch {
        guard case .unplannable = error else { throw error }
        #expect(depth == 12, "\(choice) at depth \(depth), \(security)")
        continue
      }
      let parameters = try BFVParameters(literal)
      if case .slots(let bits) = choice {
        #expect(parameters.supportsBatching && parameters.plaintextModulus.value >> UInt64(bits) == 0)
      }
      #expect(literal.keySwitching != nil)
    }
  }

  /// A planned set evaluates its whole depth with random numbers, and decrypts to what it should.
  @Test(arguments: [(17, 1), (17, 3), (30, 2), (45, 2)])
  func plansAreDeepEnough(_ bits: Int, _ depth: Int) throws {
    let literal = try BFVParameterLiteral.planned(plaintextModulus: .slots(bits: bits), depth: depth, sumBits: 1)
    let parameters = try BFVParameters(literal)
    let secret = SecretKey(parameters: parameters.rlwe)
    let publicKey = PublicKey(of: secret)
    let keys = try secret.evaluationKeys(
      EvaluationKeyRequest(relinearization: true, rotations: [1], degree: parameters.degree)
    ).expanded()
    let encoder = try BatchEncoder(parameters: parameters)
    let evaluator = BFVEvaluator(parameters: parameters)
    let t = parameters.plaintextModulus
    var generator = TestGenerator(seed: 0x91A4)
    var values = (0..<encoder.slotCount).map { _ in generator.next(below: t.value) }
    var ciphertext = try publicKey.encrypt(encoder.encode(unsigned: values))
    for _ in 0..<depth {
      let other = ciphertext
      try evaluator.add(&ciphertext, other)
      ciphertext = try evaluator.rotateRows(evaluator.square(ciphertext, with: keys), by: 1, with: keys)
      let half = values.count / 2
      let squares = values.map { t.multiply(t.add($0, $0), t.add($0, $0)) }
      values = squares.indices.map { $0 < half ? squares[($0 + 1) % half] : squares[half + ($0 - half + 1) % half] }
    }
    let decrypted = try secret.decryptForRelease(ciphertext, parameters: parameters)
    #expect(encoder.decodeUnsigned(decrypted) == values, "\(generator)")
  }

  @Test func impossiblePlansSayWhy() {
    for (depth, slots, keySwitching) in [(61, 1, true), (-1, 1, true), (1, 1, false), (1, 1 << 18, true)] {
      #expect {
        _ = try BFVParameterLiteral.planned(
          plaintextModulus: .exactly(65_537), depth: depth, slots: slots, keySwitching: keySwitching)
      } throws: { error in
        guard case .unplannable = error as? ParameterError else { return false }
        return "\(error)".contains("depth")
      }
    }
  }
}
