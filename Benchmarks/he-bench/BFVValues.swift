// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import Tacit

/// What the operations of one BFV set work on; the plaintext modulus is 65537.
final class BFVValues: CiphertextValues {
  static let suite = "bfv"
  static let plaintextModulus: UInt64 = 65_537

  let size: ParameterSize
  let parameters: BFVParameters
  let encoder: BatchEncoder
  let keys: KeySet

  /// The slots of `plaintext` and `first`: −500 … 499, again and again.
  let slots: [Int64]
  let plaintext: BFVPlaintext
  let preparedPlaintext: EvaluationPlaintext

  /// Encrypts `slots`.
  let first: Ciphertext<Coefficient>

  /// Encrypts `slots` in reverse.
  let second: Ciphertext<Coefficient>

  /// `first` in evaluation form.
  let firstEvaluation: Ciphertext<Evaluation>

  init(_ size: ParameterSize, kernels: KernelChoice, rotations: [Int], conjugation: Bool) throws {
    self.size = size
    let primes = try size.primes()
    parameters = try BFVParameters(
      BFVParameterLiteral(
        degree: size.degree, moduli: primes.moduli, plaintextModulus: Self.plaintextModulus,
        keySwitching: .hybrid(specialModuli: primes.special, digitLimbs: size.digitLimbs)),
      kernels: kernels)
    encoder = try BatchEncoder(parameters: parameters)
    keys = try KeySet(parameters.rlwe, rotations: rotations, conjugation: conjugation)
    slots = (0..<size.degree).map { Int64($0 % 1000) - 500 }
    plaintext = try encoder.encode(slots)
    preparedPlaintext = EvaluationPlaintext(plaintext)
    first = try keys.publicKey.encrypt(plaintext)
    second = try keys.publicKey.encrypt(encoder.encode(slots.reversed()))
    firstEvaluation = first.evaluationForm()
    let t = Int64(Self.plaintextModulus)
    let product = try BFVEvaluator(parameters: parameters).multiply(first, second, with: keys.evaluation)
    let isRight = zip(try decrypt(product), zip(slots, slots.reversed())).allSatisfy { ($0 - $1.0 * $1.1) % t == 0 }
    guard isRight else { throw BenchmarkError.wrongResult("\(Self.suite) \(size.parameters)") }
  }

  /// The slots of a ciphertext.
  func decrypt(_ ciphertext: Ciphertext<Coefficient>) throws -> [Int64] {
    encoder.decode(try keys.secret.decrypt(ciphertext, parameters: parameters))
  }

  var details: Parameters {
    size.details(parameters.rlwe).merging(["plaintext_modulus": .integer(Int(Self.plaintextModulus))])
  }

  func multiplyAndRotate() throws {
    let evaluator = BFVEvaluator(parameters: parameters)
    _ = try evaluator.rotateRows(evaluator.multiply(first, second, with: keys.evaluation), by: 1, with: keys.evaluation)
  }

  var byteCounts: [ByteCount] {
    get throws {
      let evaluator = BFVEvaluator(parameters: parameters)
      var switched = first
      while switched.limbCount > 1 { switched = try evaluator.switchModulus(switched) }
      return try ByteCount.common(
        keys, ciphertext: first.serialized().count,
        seeded: keys.secret.encrypt(plaintext).serialized().count, oneLimb: switched.serialized().count)
    }
  }
}
