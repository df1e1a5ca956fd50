// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ComplexModule
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness

@testable import CKKS

/// Objects that are functions of fixed seeds alone, errors and secrets included: what the golden files hold.
///
/// Never a way to encrypt: the randomness is known to everybody. Made by what WireFormat.md says, where that is possible.
/// The noise bounds are round numbers, since logarithms differ from one platform's library to another's in their last bits.
final class CKKSGoldenObjects: Sendable {
  let parameters: CKKSParameters
  let secret: SecretKey
  let plaintext: CKKSPlaintext
  let seeded: SeededCKKSCiphertext
  let ciphertext: CKKSCiphertext
  let product: CKKSProduct
  let reencryption: SeededReencryptionKey
  /// The secret that the re-encryption key leads to.
  let target: SecretKey

  static let tiny = CKKSParameterLiteral(
    degree: 16, baseModuli: [34_359_738_337], levelModuli: [[1_073_741_857], [1_073_741_441]], scale: 0x1p30,
    valueBound: 1, keySwitching: .hybrid(specialModuli: [68_719_476_577], digitLimbs: 1), security: .uncheckedInsecure)

  static let real = CKKSParameterLiteral(
    degree: 4096, baseModuli: [34_359_754_753], levelModuli: [[1_073_750_017]], scale: 0x1p30, valueBound: 1,
    keySwitching: .hybrid(specialModuli: [68_719_403_009], digitLimbs: 1))

  /// A few numbers, the others zero.
  static let numbers = [Complex(0.5, -0.25), Complex(-1, 0), Complex(0, 0.75), Complex(0x1p-20, 0)]

  init(_ literal: CKKSParameterLiteral, kernels: KernelChoice = .automatic) throws {
    let base = try Seed(bytes: Array(0..<32))
    func error(_ label: String, _ basis: RNSBasis) -> RNSPolynomial<Coefficient> {
      var source = RandomStream(seed: base, label: "golden/ckks/" + label)
      return SecretCoefficients(errorOfDegree: basis.degree, from: &source).residues(in: basis).polynomial
    }
    func key(_ label: String, _ identifier: ClosedRange<UInt8>, _ parameters: RLWEParameters) -> SecretKey {
      var source = RandomStream(seed: base, label: "golden/ckks/" + label)
      return SecretKey(
        parameters: parameters, identifier: KeyIdentifier(bytes: Array(identifier)),
        coefficients: SecretCoefficients(ternaryOfDegree: parameters.degree, from: &source))
    }
    parameters = try CKKSParameters(literal, kernels: kernels)
    let rlwe = parameters.rlwe
    secret = key("secret", 0x40...0x4f, rlwe)
    target = key("target", 0x50...0x5f, rlwe)
    let level = parameters.maximumLevel
    let s = secret.evaluation(in: rlwe.basis)
    plaintext = try CKKSEncoder(parameters: parameters).encode(Self.numbers)

    let seed = base.derived(label: "golden/ckks/ciphertext")
    var uniform = RandomStream(seed: seed, label: "ciphertext/uniform")
    var c0 = (RNSPolynomial<Evaluation>(uniformIn: rlwe.basis, from: &uniform) * s.polynomial).coefficientForm()
    c0.negate()
    c0.add(error("ciphertext/error", rlwe.basis))
    c0.add(plaintext.scaled(by: parameters.scale(level: level), basis: rlwe.basis))
    seeded = SeededCKKSCiphertext(
      parameters: parameters, key: secret.identifier, level: level, scale: parameters.scale(level: level),
      valueBound: 1, noise: 0x1p12, c0: c0.evaluationForm(), seed: seed)
    let evaluator = CKKSEvaluator(parameters: parameters)
    var square = try evaluator.multiply(seeded.expanded(), seeded.expanded())
    square.noise = 0x1p44
    product = square
    var scaled = try evaluator.multiply(seeded.expanded(), by: plaintext)
    scaled.noise = 0x1p14
    ciphertext = scaled

    // One prime a digit: P at the digit's own prime, 0 elsewhere.
    let basis = rlwe.keyBasis
    let special = basis.moduli.suffix(1).map(\.value)[0]
    let keySeed = base.derived(label: "golden/ckks/reencryption")
    let from = secret.evaluation(in: basis)
    let to = target.evaluation(in: basis)
    let halves = (0..<rlwe.limbCount).map { digit in
      var half = RNSPolynomial<Evaluation>(zeroIn: basis)
      for limb in 0..<basis.limbCount {
        let q = basis.moduli[limb].value
        var stream = RandomStream(seed: keySeed, label: "evaluation-key/uniform/\(digit)/\(q)")
        var words = half.mutableLimb(limb)
        stream.fillUniform(&words, below: q)
      }
      half.multiply(by: to.polynomial)
      half.add(error("reencryption/error/\(digit)", basis).evaluationForm())
      half.negate()
      half.addProduct(
        from.polynomial,
        byResidues: basis.moduli.enumerated().map { $0 == digit ? special % $1.value : 0 })
      return half
    }
    reencryption = SeededReencryptionKey(
      source: secret.identifier, target: target.identifier,
      switching: SeededKeySwitchingKey(parameters: rlwe, limbCount: rlwe.limbCount, seed: keySeed, halves: halves))
  }

  /// Every object, under the name of its file.
  func files() -> [(name: String, bytes: [UInt8])] {
    [
      ("ckks-plaintext.bin", plaintext.serialized()),
      ("ckks-seeded-ciphertext.bin", seeded.serialized()),
      ("ckks-ciphertext.bin", ciphertext.serialized()),
      ("ckks-product.bin", product.serialized()),
      ("reencryption-key.bin", reencryption.serialized()),
    ]
  }
}
