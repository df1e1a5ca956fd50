// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness

/// Objects that are functions of fixed seeds alone, errors and secrets included: what the golden files hold.
///
/// Never a way to encrypt: the randomness is known to everybody.
final class GoldenObjects: Sendable {
  let parameters: BFVParameters
  let secret: SecretKey
  let publicKey: PublicKey
  let message: [UInt64]
  let factor: [UInt64]
  let seeded: SeededCiphertext
  let evaluation: Ciphertext<Evaluation>
  let coefficient: Ciphertext<Coefficient>
  let reply: BFVReply

  static let replyRanges = [0..<3, 5..<5, 9..<16]

  static let tiny = BFVParameterLiteral(
    degree: 16, moduli: [1_073_741_441, 8_388_449, 1_099_511_627_297], plaintextModulus: 97, replyModulus: 1_048_193,
    security: .uncheckedInsecure)

  static let real = BFVParameterLiteral(
    degree: 4096, moduli: [8_796_092_858_369, 8_796_092_833_793], plaintextModulus: 1 << 20,
    replyModulus: 68_719_403_009)

  init(_ literal: BFVParameterLiteral, kernels: KernelChoice = .automatic) throws {
    let base = try Self.seed()
    let parameters = try BFVParameters(literal, kernels: kernels)
    let basis = parameters.rlwe.basis
    let n = parameters.degree
    var source = RandomStream(seed: base, label: "golden/secret")
    let secret = SecretKey(
      parameters: parameters.rlwe, identifier: KeyIdentifier(bytes: Array(0x40..<0x50)),
      coefficients: SecretCoefficients(ternaryOfDegree: n, from: &source))
    let s = secret.evaluation(in: basis)

    let publicSeed = base.derived(label: "golden/public-key")
    var publicStream = RandomStream(seed: publicSeed, label: "public-key/uniform")
    var p0 = RNSPolynomial<Evaluation>(uniformIn: basis, from: &publicStream) * s.polynomial
    p0.add(try Self.error("public-key/error", basis).evaluationForm())
    p0.negate()
    publicKey = PublicKey(parameters: parameters.rlwe, key: secret.identifier, p0: p0, seed: publicSeed)

    let t = parameters.plaintextModulus.value
    message = (0..<n).map { UInt64($0 * $0 * 7 + 3) % t }
    factor = (0..<n).map { $0 % (n / 4) == 1 ? UInt64($0 % 5) + 1 : $0 == n - 1 ? t - 1 : 0 }

    seeded = try Self.encryption(of: message, label: "ciphertext", secret: secret, t: t)

    let evaluator = BFVEvaluator(parameters: parameters)
    var product = seeded.expanded()
    try evaluator.multiply(
      &product, by: EvaluationPlaintext(BFVPlaintext(coefficients: factor, parameters: parameters)))
    evaluation = product
    coefficient = try evaluator.switchModulus(product.coefficientForm())
    reply = try evaluator.reply(coefficient, keeping: Self.replyRanges)
    self.parameters = parameters
    self.secret = secret
  }

  /// The same message encrypted with two primes.
  func shortSeeded() throws -> SeededCiphertext {
    try Self.encryption(
      of: message, label: "short-ciphertext", limbs: 2, secret: secret, t: parameters.plaintextModulus.value)
  }

  /// What everything is expanded from.
  static func seed() throws -> Seed { try Seed(bytes: Array(0..<32)) }

  /// A symmetric encryption, of randomness that everybody knows; of all primes where `limbs` is nil.
  static func encryption(
    of message: [UInt64], label: String, limbs: Int? = nil, secret: borrowing SecretKey, t: UInt64
  ) throws -> SeededCiphertext {
    let basis = secret.parameters.basis(limbs: limbs ?? secret.parameters.limbCount)
    let seed = try seed().derived(label: "golden/" + label)
    var uniform = RandomStream(seed: seed, label: "ciphertext/uniform")
    let a = RNSPolynomial<Evaluation>(uniformIn: basis, from: &uniform)
    let s = secret.evaluation(in: basis)
    var c0 = (a * s.polynomial).coefficientForm()
    c0.negate()
    c0.add(try error(label + "/error", basis))
    c0.add(scaled(message, basis: basis, t: t))
    return SeededCiphertext(
      parameters: secret.parameters, key: secret.identifier, c0: c0, seed: seed,
      noise: .freshError + NoiseBound(deviation: 0, bounded: 0.5, independent: true))
  }

  /// An error that everybody knows.
  static func error(_ label: String, _ basis: RNSBasis) throws -> RNSPolynomial<Coefficient> {
    var source = RandomStream(seed: try seed(), label: "golden/" + label)
    return SecretCoefficients(errorOfDegree: basis.degree, from: &source).residues(in: basis).polynomial
  }

  /// round(Q·m/t), halves up, by big integers.
  static func scaled(_ message: [UInt64], basis: RNSBasis, t: UInt64) -> RNSPolynomial<Coefficient> {
    var result = RNSPolynomial<Coefficient>(zeroIn: basis)
    let q = basis.product
    let values = message.map {
      (q * BigInteger($0) * 2 + BigInteger(t)).floorQuotientAndRemainder(dividingBy: BigInteger(t) * 2).quotient
    }
    for index in 0..<basis.limbCount {
      var limb = result.mutableLimb(index)
      for k in 0..<values.count { limb[k] = values[k].residue(modulo: basis.moduli[index].value) }
    }
    return result
  }

  /// The product that the later objects hold.
  var product: [UInt64] { PlaintextOracle(parameters).multiply(message, factor) }

  /// Every object, under the name of its file.
  func files() throws -> [(name: String, bytes: [UInt8])] {
    [
      ("secret-key.bin", secret.serialized()),
      ("public-key.bin", publicKey.serialized()),
      ("seeded-ciphertext.bin", seeded.serialized()),
      ("ciphertext-evaluation.bin", evaluation.serialized()),
      ("ciphertext-coefficient.bin", coefficient.serialized()),
      ("reply.bin", reply.serialized()),
      ("plaintext.bin", try BFVPlaintext(coefficients: message, parameters: parameters).serialized()),
    ]
  }
}
