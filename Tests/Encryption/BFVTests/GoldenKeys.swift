// SPDX-License-Identifier: Apache-2.0

import BFV
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness

/// Evaluation keys and quadratic ciphertexts that are functions of fixed seeds alone, for the key of `GoldenObjects`.
///
/// Made by what WireFormat.md says, not by the code that makes keys.
final class GoldenKeys: Sendable {
  let objects: GoldenObjects
  let keys: SeededEvaluationKeys
  let coefficient: QuadraticCiphertext<Coefficient>
  let evaluation: QuadraticCiphertext<Evaluation>

  static let hybrid = with(
    GoldenObjects.tiny, .hybrid(specialModuli: [2_199_023_255_521, 2_199_023_255_489], digitLimbs: 2))

  static let gadget = with(GoldenObjects.tiny, .gadget(digitBits: 12))

  static let real = BFVParameterLiteral(
    degree: 8192, moduli: [1_099_511_480_321, 1_099_510_890_497, 1_099_510_824_961], plaintextModulus: 97,
    replyModulus: 68_719_230_977,
    keySwitching: .hybrid(specialModuli: [17_592_186_028_033, 17_592_185_438_209], digitLimbs: 2))

  private static func with(_ literal: BFVParameterLiteral, _ keySwitching: KeySwitchingLiteral) -> BFVParameterLiteral {
    var literal = literal
    literal.keySwitching = keySwitching
    return literal
  }

  /// Keys for products and for the given automorphisms of ciphertexts of `limbs` primes; a quadratic ciphertext of as many,
  /// and one of a prime less.
  init(_ literal: BFVParameterLiteral, limbs: Int, elements: [Int], kernels: KernelChoice = .automatic) throws {
    objects = try GoldenObjects(literal, kernels: kernels)
    let parameters = objects.parameters.rlwe
    let special =
      switch literal.keySwitching {
      case .hybrid(let moduli, _)?: moduli.count
      default: 0
      }
    let whole = parameters.keyBasis
    let basis = RNSBasis(plans: Array(whole.plans.prefix(limbs)) + Array(whole.plans.suffix(special)))
    let secret = objects.secret.evaluation(in: basis)
    let s = secret.polynomial
    var galois: [GaloisElement: SeededKeySwitchingKey] = [:]
    for value in elements {
      let element = GaloisElement(value, degree: parameters.degree)
      let inverse = GaloisAutomorphism(element: element.inverse.value, degree: parameters.degree)
      galois[element] = try Self.key("\(value)", from: s, to: s.applying(inverse), limbs: limbs, parameters: parameters)
    }
    keys = SeededEvaluationKeys(
      parameters: parameters, key: objects.secret.identifier, limbCount: limbs,
      relinearization: try Self.key("product", from: s * s, to: s, limbs: limbs, parameters: parameters), galois: galois
    )
    coefficient = try Self.quadratic(objects, limbs: limbs)
    let lower = try Self.quadratic(objects, limbs: limbs - 1)
    evaluation = QuadraticCiphertext(
      parameters: lower.parameters, key: lower.key, c0: lower.c0.evaluationForm(), c1: lower.c1.evaluationForm(),
      c2: lower.c2.evaluationForm(), noise: lower.noise)
  }

  private static func key(
    _ name: String, from source: RNSPolynomial<Evaluation>, to target: RNSPolynomial<Evaluation>, limbs: Int,
    parameters: RLWEParameters
  ) throws -> SeededKeySwitchingKey {
    let basis = target.basis
    let seed = try GoldenObjects.seed().derived(label: "golden/evaluation-key/\(name)")
    let halves = try (0..<EvaluationKeyOracle.digitCount(of: parameters.literal, limbs: limbs)).map { digit in
      var half = EvaluationKeyOracle.uniform(seed: seed, digit: digit, basis: basis) * target
      half.add(try GoldenObjects.error("evaluation-key/\(name)/error/\(digit)", basis).evaluationForm())
      half.negate()
      half.addProduct(
        source, byResidues: EvaluationKeyOracle.factors(of: parameters.literal, digit: digit, limbs: limbs))
      return half
    }
    return SeededKeySwitchingKey(parameters: parameters, limbCount: limbs, seed: seed, halves: halves)
  }

  /// An encryption of the message in three polynomials.
  private static func quadratic(_ objects: GoldenObjects, limbs: Int) throws -> QuadraticCiphertext<Coefficient> {
    let basis = objects.parameters.rlwe.basis(limbs: limbs)
    let secret = objects.secret.evaluation(in: basis)
    let s = secret.polynomial
    var stream = RandomStream(seed: try GoldenObjects.seed(), label: "golden/quadratic/uniform")
    let c1 = RNSPolynomial<Evaluation>(uniformIn: basis, from: &stream)
    let c2 = RNSPolynomial<Evaluation>(uniformIn: basis, from: &stream)
    var masks = c1 * s
    masks.add(c2 * s * s)
    var c0 = GoldenObjects.scaled(objects.message, basis: basis, t: objects.parameters.plaintextModulus.value)
    c0.add(try GoldenObjects.error("quadratic/error", basis))
    c0.subtract(masks.coefficientForm())
    return QuadraticCiphertext(
      parameters: objects.parameters.rlwe, key: objects.secret.identifier, c0: c0, c1: c1.coefficientForm(),
      c2: c2.coefficientForm(), noise: .freshError + NoiseBound(deviation: 0, bounded: 0.5, independent: true))
  }

  /// The three objects, under the names of their files.
  func files(_ prefix: String = "") -> [(name: String, bytes: [UInt8])] {
    [
      (prefix + "evaluation-keys.bin", keys.serialized()),
      (prefix + "quadratic-coefficient.bin", coefficient.serialized()),
      (prefix + "quadratic-evaluation.bin", evaluation.serialized()),
    ]
  }
}
