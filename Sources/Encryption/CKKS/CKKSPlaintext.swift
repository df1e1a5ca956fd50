// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
public import RLWE

/// Numbers made ready for the ring: the real polynomial whose values at the roots are the slots.
///
/// It has no scale and no level; it takes those of the ciphertext that it meets, so that the result has exactly the scale
/// that it should have. Its memory is overwritten when it goes.
public struct CKKSPlaintext: Sendable {
  /// The set it belongs to.
  public let parameters: CKKSParameters

  /// At least the largest absolute value of a slot.
  public let magnitude: Double

  /// N coefficients, doubles.
  let storage: AlignedStorage

  /// How far the slots may be from what they should be, as an absolute error of any of them.
  ///
  /// What encryption and computation did to numbers that were decrypted; 0 for numbers that were encoded.
  public let error: Double

  /// The largest absolute value of a coefficient: as secret as the numbers.
  ///
  /// Coefficients are at most the largest slot, so that this is at most the magnitude, unless that is a false claim.
  private let largestCoefficient: Double

  /// A plaintext of numbers that are said to be at most `magnitude` in absolute value: computed, or what a ciphertext said.
  ///
  /// What was decrypted decides no branch here; a false claim is found when the plaintext is used.
  init(parameters: CKKSParameters, magnitude: Double, storage: AlignedStorage, error: Double = 0) {
    precondition(storage.isZeroising && storage.count == parameters.degree, "not the coefficients of a plaintext")
    self.parameters = parameters
    self.magnitude = magnitude
    self.storage = storage
    self.error = error
    largestCoefficient = parameters.embedding.backend.largestMagnitude(storage.doubles(0..<storage.count))
  }

  /// round(scale · coefficients) modulo the primes of a basis.
  func scaled(by scale: CKKSScale, basis: RNSBasis) -> RNSPolynomial<Coefficient> {
    var result = RNSPolynomial<Coefficient>(uninitializedIn: basis, zeroising: true)
    let factor = scale.doubleValue
    let coefficients = storage.doubles(0..<storage.count)
    for (limb, plan) in basis.plans.enumerated() {
      var words = result.mutableLimb(limb)
      parameters.embedding.backend.roundToResidues(&words, coefficients, scale: factor, modulo: plan.modulus)
    }
    return result
  }

  /// Throws unless the coefficients are within the magnitude and, scaled, within what the roundings take: 2^120.
  func requireRepresentable(at scale: CKKSScale) throws(RLWEError) {
    guard largestCoefficient <= magnitude * (1 + 0x1p-40) else {
      throw .valueOutOfBound(bound: magnitude)
    }
    // At such a scale nothing is left but the rounding, by up to ½.
    guard scale.exponent >= CKKSScale.exponents.lowerBound else {
      throw .noiseExhausted(neededBits: -1, availableBits: scale.log2)
    }
    // A limit of the roundings, which is the same whatever the modulus. Not a number is refused.
    let bits = scale.log2 + binaryLogarithm(magnitude)
    guard bits <= 119 else { throw .valuesTooWide(neededBits: bits, largestBits: 119) }
    guard scale.exponent <= CKKSScale.exponents.upperBound else {
      throw .valuesTooWide(neededBits: scale.log2, largestBits: 119)
    }
  }
}

/// A plaintext made ready to multiply ciphertexts of one level: in evaluation form modulo its primes.
///
/// Make it once, use it often.
public struct CKKSEvaluationPlaintext: Sendable {
  /// The set it belongs to.
  public let parameters: CKKSParameters

  /// The level of the ciphertexts it is made for.
  public let level: Int

  /// At least the largest absolute value of a slot.
  public let magnitude: Double

  let scale: CKKSScale
  let noise: Double
  let polynomial: RNSPolynomial<Evaluation>

  /// Prepares a plaintext: one transform a prime.
  ///
  /// - Parameters:
  ///   - plaintext: The numbers.
  ///   - level: The level of the ciphertexts that it will multiply; the highest if nil.
  ///   - scale: Its scale; the canonical one of the level if nil, so that rescaled products have that of the level below.
  /// - Throws: `RLWEError` where scale and numbers are too large together.
  public init(_ plaintext: CKKSPlaintext, level: Int? = nil, scale: CKKSScale? = nil) throws(RLWEError) {
    let parameters = plaintext.parameters
    let level = level ?? parameters.maximumLevel
    precondition((0...parameters.maximumLevel).contains(level), "a plaintext for level \(level)")
    let scale = scale ?? parameters.scale(level: level)
    try plaintext.requireRepresentable(at: scale)
    self.parameters = parameters
    self.level = level
    self.scale = scale
    magnitude = plaintext.magnitude
    noise = parameters.encodingNoise(magnitude: plaintext.magnitude, scale: scale) + plaintext.error * scale.doubleValue
    polynomial = plaintext.scaled(
      by: scale, basis: parameters.rlwe.basis(limbs: parameters.limbCount(level: level))
    ).evaluationForm()
  }
}
