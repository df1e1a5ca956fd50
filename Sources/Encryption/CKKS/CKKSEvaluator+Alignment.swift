// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

// Levels and scales. A ciphertext of level ℓ and scale s comes to level m < ℓ and scale t by dropping to m + 1, a multiplication
// by the integer c nearest to t·q(m+1)/s, and a rescale [KPP20, section 4]. What c is off by counts as noise: it is at
// most 1/(2c) of the numbers, less than a rescale's rounding.
extension CKKSEvaluator {
  /// Scales nearer to each other than this are one scale: what 128 bits do not tell apart.
  private static let equalScales = 0x1p-100

  /// Divides the numbers' integers, the noise and the modulus by the primes of the level: the numbers stay.
  ///
  /// - Throws: `RLWEError.noLevelLeft` at level 0.
  public func rescale(_ ciphertext: CKKSCiphertext) throws(RLWEError) -> CKKSCiphertext {
    try check(ciphertext)
    guard ciphertext.level > 0 else { throw .noLevelLeft }
    let result = rescaled(ciphertext)
    try result.requireReadable()
    return result
  }

  /// Gives up levels without a change of scale: what is left to do gets faster.
  ///
  /// - Parameter level: 0 … the ciphertext's level.
  /// - Throws: `RLWEError.levelTooLow` where the ciphertext is below that level already.
  public func drop(_ ciphertext: CKKSCiphertext, toLevel level: Int) throws(RLWEError) -> CKKSCiphertext {
    precondition((0...parameters.maximumLevel).contains(level), "a ciphertext of level \(level)")
    try check(ciphertext)
    guard ciphertext.level >= level else { throw .levelTooLow(level: ciphertext.level, needed: level) }
    let result = dropped(ciphertext, toLevel: level)
    try result.requireReadable()
    return result
  }

  /// Brings a ciphertext to a lower level and to a scale.
  ///
  /// - Parameters:
  ///   - ciphertext: Of a level above `level`.
  ///   - level: The level to come to.
  ///   - scale: The scale to come to; the canonical one of the level if nil.
  /// - Throws: `RLWEError.levelTooLow` where the ciphertext is not above that level, `scaleMismatch` where its scale is too
  ///   large for a multiplication and one rescale.
  public func adjust(
    _ ciphertext: CKKSCiphertext, toLevel level: Int, scale: CKKSScale? = nil
  ) throws(RLWEError) -> CKKSCiphertext {
    precondition((0...parameters.maximumLevel).contains(level), "a ciphertext of level \(level)")
    try check(ciphertext)
    guard ciphertext.level > level else { throw .levelTooLow(level: ciphertext.level, needed: level + 1) }
    let target = scale ?? parameters.scale(level: level)
    var result = dropped(ciphertext, toLevel: level + 1)
    let factor = target * parameters.divisor(level: level + 1) / result.scale
    guard factor.exponent < 126 else {
      throw .scaleMismatch(lhs: ciphertext.scale.log2, rhs: target.log2)
    }
    let integer = factor.roundedInteger
    guard integer > 0 else { throw .scaleMismatch(lhs: ciphertext.scale.log2, rhs: target.log2) }
    let basis = parameters.rlwe.basis(limbs: result.ciphertext.limbCount)
    result.ciphertext.multiply(byResidues: basis.residues(of: integer, isNegative: false), magnitude: 1)
    result.noise *= Double(integer)
    // Seen as a multiplication by t·q/s, which it is but for the rounding of that factor.
    let product = target * parameters.divisor(level: level + 1)
    result.noise += CKKSScale(integer).relativeDifference(from: factor) * result.valueBound * product.doubleValue
    result.scale = product
    result = rescaled(result)
    result.scale = target
    try result.requireReadable()
    return result
  }

  /// Brings both to one level and one scale, or throws.
  func align(_ lhs: inout CKKSCiphertext, _ rhs: inout CKKSCiphertext) throws(RLWEError) {
    try check(lhs)
    try check(rhs)
    guard lhs.key == rhs.key else { throw .wrongKey }
    try alignLevels(&lhs, &rhs)
    let difference = lhs.scale.relativeDifference(from: rhs.scale)
    guard difference > Self.equalScales else { return }
    // Two scales that are as good as equal, or numbers that are zero: the difference is counted as noise.
    let noise = lhs.noise + rhs.noise
    let shift = difference * rhs.valueBound * rhs.scale.doubleValue
    if shift <= noise {
      rhs.noise += shift
      rhs.scale = lhs.scale
      return
    }
    let otherShift = rhs.scale.relativeDifference(from: lhs.scale) * lhs.valueBound * lhs.scale.doubleValue
    if otherShift <= noise {
      lhs.noise += otherShift
      lhs.scale = rhs.scale
      return
    }
    guard alignment == .automatic, lhs.level > 0 else {
      throw .scaleMismatch(lhs: lhs.scale.log2, rhs: rhs.scale.log2)
    }
    let level = lhs.level - 1
    lhs = try adjust(lhs, toLevel: level)
    rhs = try adjust(rhs, toLevel: level)
  }

  /// Brings the one of the higher level down to the other.
  func alignLevels(_ lhs: inout CKKSCiphertext, _ rhs: inout CKKSCiphertext) throws(RLWEError) {
    guard lhs.level != rhs.level else { return }
    guard alignment == .automatic else {
      throw .levelMismatch(lhs: lhs.ciphertext.limbCount, rhs: rhs.ciphertext.limbCount)
    }
    if lhs.level > rhs.level {
      lhs = try adjust(lhs, toLevel: rhs.level, scale: rhs.scale)
    } else {
      rhs = try adjust(rhs, toLevel: lhs.level, scale: lhs.scale)
    }
  }

  /// The rescaled ciphertext, unchecked.
  func rescaled(_ ciphertext: CKKSCiphertext) -> CKKSCiphertext {
    let level = ciphertext.level
    let division = parameters.rescaling(level: level)
    let threads = threads.team()
    let target = parameters.rlwe.basis(limbs: division.keptCount)
    let (c0, c1) = division.divide(
      (ciphertext.ciphertext.c0, ciphertext.ciphertext.c1), to: target, scratch: parameters.scratch,
      parallelism: threads)
    let divisor = parameters.divisor(level: level)
    return CKKSCiphertext(
      parameters: parameters,
      ciphertext: Ciphertext(
        parameters: parameters.rlwe, key: ciphertext.key, c0: c0, c1: c1, noise: .zero),
      level: level - 1, scale: ciphertext.scale / divisor, valueBound: ciphertext.valueBound,
      noise: ciphertext.noise / divisor.doubleValue + parameters.roundingNoise)
  }

  /// The first primes of a ciphertext, unchecked.
  func dropped(_ ciphertext: CKKSCiphertext, toLevel level: Int) -> CKKSCiphertext {
    guard level < ciphertext.level else { return ciphertext }
    let basis = parameters.rlwe.basis(limbs: parameters.limbCount(level: level))
    let inner = ciphertext.ciphertext
    return CKKSCiphertext(
      parameters: parameters,
      ciphertext: Ciphertext(
        parameters: parameters.rlwe, key: ciphertext.key, c0: RNSPolynomial(basis: basis, prefixOf: inner.c0),
        c1: RNSPolynomial(basis: basis, prefixOf: inner.c1), noise: .zero),
      level: level, scale: ciphertext.scale, valueBound: ciphertext.valueBound, noise: ciphertext.noise)
  }
}
