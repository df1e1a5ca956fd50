// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE
internal import Randomness

/// An encryption of N/2 complex numbers.
///
/// It knows its level, its scale exactly, how large its numbers may be and how far they may be off.
public struct CKKSCiphertext: Sendable {
  /// The set it belongs to.
  public let parameters: CKKSParameters

  /// How often it can be rescaled.
  public internal(set) var level: Int

  /// The factor between its numbers and the integers that stand for them.
  public internal(set) var scale: CKKSScale

  /// How large its numbers may be in absolute value: a claim of whoever encrypted, carried through every operation.
  public internal(set) var valueBound: Double

  /// Bound of the noise in any slot, in the integers' units.
  var noise: Double

  var ciphertext: Ciphertext<Evaluation>

  init(
    parameters: CKKSParameters, ciphertext: Ciphertext<Evaluation>, level: Int, scale: CKKSScale, valueBound: Double,
    noise: Double
  ) {
    precondition(ciphertext.limbCount == parameters.limbCount(level: level), "a ciphertext of another level")
    self.parameters = parameters
    self.ciphertext = ciphertext
    self.level = level
    self.scale = scale
    self.valueBound = valueBound
    self.noise = noise
  }

  /// The key that opens it.
  public var key: KeyIdentifier { ciphertext.key }

  /// How far any of its numbers may be from what it should be.
  ///
  /// Holds but for a chance of 2^−64 an operation.
  public var errorBound: Double { noise / scale.doubleValue }

  /// Bits after the binary point that are right: −log2 of the error bound.
  public var precisionBits: Double { -binaryLogarithm(errorBound) }

  /// Whether c₁ is zero, so that anybody can read the numbers: the result of a multiplication by zero, for example.
  public var isTransparent: Bool { ciphertext.isTransparent }

  /// The bits that the integers may take: numbers and noise.
  var neededBits: Double { binaryLogarithm(scale.doubleValue * valueBound + noise) + 1 }

  /// Throws where the numbers may not fit under the modulus, or the noise may have covered them.
  func requireReadable() throws(RLWEError) {
    try parameters.requireReadable(level: level, scale: scale, valueBound: valueBound, noise: noise)
  }
}

extension CKKSParameters {
  /// Throws where numbers of at most `valueBound` at a scale may not fit under the modulus of a level.
  func requireRoom(level: Int, scale: CKKSScale, valueBound: Double, noise: Double) throws(RLWEError) {
    let available = log2Modulus(level: level)
    guard scale.exponent <= CKKSScale.exponents.upperBound else {
      throw .scaleExceedsModulus(scaleBits: scale.log2, modulusBits: available, level: level)
    }
    guard scale.exponent >= CKKSScale.exponents.lowerBound else {
      throw .noiseExhausted(neededBits: binaryLogarithm(max(1, noise)), availableBits: scale.log2)
    }
    let needed = binaryLogarithm(scale.doubleValue * valueBound + noise) + 1
    // Not a number is refused.
    guard needed < available else {
      // Where the scale alone is too large, the numbers are not to blame.
      guard scale.log2 < available else {
        throw .scaleExceedsModulus(scaleBits: scale.log2, modulusBits: available, level: level)
      }
      throw .valuesExceedModulus(neededBits: needed, availableBits: available)
    }
  }

  /// Throws where numbers may not fit under the modulus of a level, or noise may have covered them.
  func requireReadable(level: Int, scale: CKKSScale, valueBound: Double, noise: Double) throws(RLWEError) {
    try requireRoom(level: level, scale: scale, valueBound: valueBound, noise: noise)
    let largest = max(valueBound, literal.valueBound)
    guard noise / scale.doubleValue < largest else {
      throw .noiseExhausted(
        neededBits: binaryLogarithm(noise), availableBits: scale.log2 + binaryLogarithm(largest))
    }
  }
}

/// A fresh ciphertext whose uniform half is only a seed: half the size on the wire.
public struct SeededCKKSCiphertext: Sendable {
  /// The set it belongs to.
  public let parameters: CKKSParameters

  /// The key that opens it.
  public let key: KeyIdentifier

  /// How often it can be rescaled.
  public let level: Int

  /// The factor between its numbers and the integers that stand for them.
  public let scale: CKKSScale

  /// How large its numbers may be in absolute value.
  public let valueBound: Double

  let noise: Double
  let c0: RNSPolynomial<Evaluation>
  let seed: Seed

  /// Expands the seed.
  public func expanded() -> CKKSCiphertext {
    let ciphertext = Ciphertext(
      parameters: parameters.rlwe, key: key, c0: c0,
      c1: SeededCiphertext.uniformHalf(of: seed, basis: c0.basis), noise: .freshError)
    return CKKSCiphertext(
      parameters: parameters, ciphertext: ciphertext, level: level, scale: scale, valueBound: valueBound, noise: noise)
  }
}
