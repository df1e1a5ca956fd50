// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import Tacit

/// What the operations of one CKKS set work on; the scale is 2^b where the primes after the first have b bits.
final class CKKSValues: CiphertextValues {
  static let suite = "ckks"

  /// How far a product may be off at most; the numbers are at most a half.
  static let tolerance = 1e-3

  let size: ParameterSize
  let parameters: CKKSParameters
  let encoder: CKKSEncoder
  let keys: KeySet

  /// The slots of `plaintext` and `first`: −0.5 … 0.499, again and again.
  let slots: [Double]
  let plaintext: CKKSPlaintext
  let preparedPlaintext: CKKSEvaluationPlaintext

  /// Encrypts `slots`.
  let first: CKKSCiphertext

  /// Encrypts `slots` in reverse.
  let second: CKKSCiphertext

  init(_ size: ParameterSize, kernels: KernelChoice, rotations: [Int], conjugation: Bool) throws {
    guard let scaleBits = size.modulusBits.last, size.limbs > 1,
      size.modulusBits.dropFirst().allSatisfy({ $0 == scaleBits })
    else { throw BenchmarkError.badParameter(size.parameters.description) }
    self.size = size
    let scale = Double(sign: .plus, exponent: scaleBits, significand: 1)
    let primes = try size.primes(dividingScale: scale)
    parameters = try CKKSParameters(
      CKKSParameterLiteral(
        degree: size.degree, baseModuli: [primes.moduli[0]], levelModuli: primes.moduli.dropFirst().map { [$0] },
        scale: scale, keySwitching: .hybrid(specialModuli: primes.special, digitLimbs: size.digitLimbs)),
      kernels: kernels)
    encoder = CKKSEncoder(parameters: parameters)
    keys = try KeySet(parameters.rlwe, rotations: rotations, conjugation: conjugation)
    slots = (0..<parameters.slotCount).map { Double($0 % 1000 - 500) / 1000 }
    plaintext = try encoder.encode(slots)
    preparedPlaintext = try CKKSEvaluationPlaintext(plaintext)
    first = try keys.publicKey.encrypt(plaintext)
    second = try keys.publicKey.encrypt(encoder.encode(slots.reversed()))
    let product = try CKKSEvaluator(parameters: parameters).multiply(first, second, with: keys.evaluation)
    let isRight = zip(try decrypt(product), zip(slots, slots.reversed())).allSatisfy {
      abs($0 - $1.0 * $1.1) < Self.tolerance
    }
    guard isRight else { throw BenchmarkError.wrongResult("\(Self.suite) \(size.parameters)") }
  }

  /// An evaluator of so many threads.
  func evaluator(_ threads: Int, alignment: CKKSEvaluator.Alignment = .automatic) -> CKKSEvaluator {
    CKKSEvaluator(parameters: parameters, alignment: alignment, parallelism: threads)
  }

  /// The slots of a ciphertext.
  func decrypt(_ ciphertext: CKKSCiphertext) throws -> [Double] {
    encoder.decode(try keys.secret.decrypt(ciphertext))
  }

  var details: Parameters {
    size.details(parameters.rlwe).merging(["log_scale": .integer(size.modulusBits.last ?? 0)])
  }

  func multiplyAndRotate() throws {
    let evaluator = evaluator(1)
    _ = try evaluator.rotate(evaluator.multiply(first, second, with: keys.evaluation), by: 1, with: keys.evaluation)
  }

  var byteCounts: [ByteCount] {
    get throws {
      try ByteCount.common(
        keys, ciphertext: first.serialized().count,
        seeded: keys.secret.encrypt(plaintext).serialized().count,
        oneLimb: evaluator(1).drop(first, toLevel: 0).serialized().count)
    }
  }
}
