// SPDX-License-Identifier: Apache-2.0

import CKKS
import ComplexModule
import ModularArithmetic
import RLWE
import RealModule
import TestSupport
import Testing

/// What a parameter set is planned from, written down so that a failing test names it.
struct CKKSTestSet: Sendable, CustomTestStringConvertible {
  let name: String
  var levels = 3
  var scaleBits = 40
  var valueBound = 1.0
  var headroomBits = 3
  var slots = 1
  var security = SecurityLevel.classical128

  var testDescription: String { name }

  func literal() throws -> CKKSParameterLiteral {
    try .planned(
      levels: levels, scaleBits: scaleBits, valueBound: valueBound, headroomBits: headroomBits, slots: slots,
      security: security)
  }

  /// Sets that a user could take.
  static let real = [
    CKKSTestSet(name: "3 levels of 40 bits"),
    CKKSTestSet(name: "1 level of 30 bits", levels: 1, scaleBits: 30),
    CKKSTestSet(name: "7 levels of 40 bits, values to 8", levels: 7, valueBound: 8),
    CKKSTestSet(name: "2 levels of 80 bits, two primes each", levels: 2, scaleBits: 80),
  ]
}

/// Parameters, keys and an encoder.
final class CKKSFixture {
  let parameters: CKKSParameters
  let secret: SecretKey
  let publicKey: PublicKey
  let encoder: CKKSEncoder
  let evaluator: CKKSEvaluator

  init(_ literal: CKKSParameterLiteral, alignment: CKKSEvaluator.Alignment = .automatic) throws {
    parameters = try CKKSParameters(literal)
    secret = SecretKey(parameters: parameters.rlwe)
    publicKey = PublicKey(of: secret)
    encoder = CKKSEncoder(parameters: parameters)
    evaluator = CKKSEvaluator(parameters: parameters, alignment: alignment)
  }

  convenience init(_ set: CKKSTestSet, alignment: CKKSEvaluator.Alignment = .automatic) throws {
    try self.init(set.literal(), alignment: alignment)
  }

  func keys(relinearization: Bool = true, rotations: [Int] = [], conjugation: Bool = false) throws -> EvaluationKeys {
    try secret.evaluationKeys(
      EvaluationKeyRequest(
        relinearization: relinearization, rotations: rotations, conjugation: conjugation, degree: parameters.degree)
    ).expanded()
  }

  /// Numbers of at most `bound` in absolute value.
  func numbers(_ generator: inout TestGenerator, bound: Double? = nil) -> [Complex<Double>] {
    let bound = bound ?? parameters.literal.valueBound
    return (0..<parameters.slotCount).map { _ in
      Complex(
        length: bound * Double.random(in: 0...1, using: &generator), phase: .random(in: 0...6.28, using: &generator))
    }
  }

  func encrypt(_ values: [Complex<Double>], level: Int? = nil, bound: Double? = nil) throws -> CKKSCiphertext {
    try secret.encrypt(encoder.encode(values), level: level, bound: bound).expanded()
  }

  /// The largest error of the decrypted numbers, which must be within the ciphertext's bound.
  @discardableResult
  func requireError(
    _ ciphertext: CKKSCiphertext, _ expected: [Complex<Double>], slack: Double = 12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Double {
    let decrypted = try encoder.decodeComplex(secret.decrypt(ciphertext))
    var worst = 0.0
    var largest = 0.0
    for (value, wanted) in zip(decrypted, expected) {
      worst = max(worst, (value - wanted).length)
      largest = max(largest, wanted.length)
    }
    #expect(worst <= ciphertext.errorBound, sourceLocation: sourceLocation)
    #expect(largest <= ciphertext.valueBound * 1.000001, sourceLocation: sourceLocation)
    // The bound is worth something: within `slack` bits of what is seen.
    #expect(
      Double.log2(ciphertext.errorBound) - Double.log2(worst) < slack, "a bound far from the error \(worst)",
      sourceLocation: sourceLocation)
    return worst
  }
}
