// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

/// A product that is not relinearised and not rescaled yet.
///
/// Sums of products are cheapest in this form: they need one relinearisation and one rescale together.
public struct CKKSProduct: Sendable {
  /// The set it belongs to.
  public let parameters: CKKSParameters

  /// How often it can be rescaled.
  public let level: Int

  /// The factor between its numbers and the integers that stand for them.
  public let scale: CKKSScale

  /// How large its numbers may be in absolute value.
  public internal(set) var valueBound: Double

  var noise: Double
  var ciphertext: QuadraticCiphertext<Evaluation>

  /// The key that opens it.
  public var key: KeyIdentifier { ciphertext.key }
}

extension CKKSEvaluator {
  /// The product of two ciphertexts, relinearised; rescaled too where the evaluator sees to scales: one level is used.
  ///
  /// - Throws: `RLWEError` where the operands do not go together, keys are missing, no level is left, or the numbers might not
  ///   fit any more.
  public func multiply(
    _ lhs: CKKSCiphertext, _ rhs: CKKSCiphertext, with keys: EvaluationKeys
  ) throws(RLWEError) -> CKKSCiphertext {
    let shared = sharing()
    guard alignment == .automatic, parameters.rlwe.keySwitching?.isGadget == false else {
      return try shared.finish(shared.multiply(lhs, rhs), with: keys)
    }
    let factors = try shared.factors(lhs, rhs)
    return try rescaled(
      factors.lhs.ciphertext.multipliedRelinearizedAndRescaled(
        by: factors.rhs.ciphertext, dividedBy: parameters.switchedRescaling(level: factors.lhs.level), noise: .zero,
        with: keys, parallelism: shared.threads),
      fromLevel: factors.lhs.level, scale: factors.scale, valueBound: factors.valueBound, noise: factors.noise)
  }

  /// The square of a ciphertext, relinearised; rescaled too where the evaluator sees to scales.
  public func square(_ ciphertext: CKKSCiphertext, with keys: EvaluationKeys) throws(RLWEError) -> CKKSCiphertext {
    try multiply(ciphertext, ciphertext, with: keys)
  }

  /// The product of two ciphertexts, not relinearised and not rescaled.
  public func multiply(_ lhs: CKKSCiphertext, _ rhs: CKKSCiphertext) throws(RLWEError) -> CKKSProduct {
    let factors = try factors(lhs, rhs)
    return CKKSProduct(
      parameters: parameters, level: factors.lhs.level, scale: factors.scale, valueBound: factors.valueBound,
      noise: factors.noise,
      ciphertext: factors.lhs.ciphertext.tensor(factors.rhs.ciphertext, parallelism: threads.team()))
  }

  /// Adds a product to another of the same level and scale.
  public func add(_ lhs: inout CKKSProduct, _ rhs: CKKSProduct) throws(RLWEError) {
    try check(lhs.ciphertext.parameters)
    try check(rhs.ciphertext.parameters)
    guard lhs.level == rhs.level else {
      throw .levelMismatch(lhs: lhs.ciphertext.limbCount, rhs: rhs.ciphertext.limbCount)
    }
    let difference = lhs.scale.relativeDifference(from: rhs.scale)
    let shift = difference * rhs.valueBound * rhs.scale.doubleValue
    guard shift <= lhs.noise + rhs.noise else { throw .scaleMismatch(lhs: lhs.scale.log2, rhs: rhs.scale.log2) }
    try lhs.ciphertext.add(rhs.ciphertext)
    lhs.noise += rhs.noise + shift
    lhs.valueBound += rhs.valueBound
    try requireRoom(for: lhs)
  }

  /// Brings a product back to two polynomials: no rescale.
  public func relinearize(_ product: CKKSProduct, with keys: EvaluationKeys) throws(RLWEError) -> CKKSCiphertext {
    try check(product.ciphertext.parameters)
    let result = CKKSCiphertext(
      parameters: parameters,
      ciphertext: try product.ciphertext.relinearized(with: keys, parallelism: threads.team()), level: product.level,
      scale: product.scale, valueBound: product.valueBound,
      noise: product.noise + parameters.switchingNoise(limbs: product.ciphertext.limbCount))
    try result.requireReadable()
    return result
  }

  /// Brings a product back to two polynomials and rescales it, in one division.
  public func relinearizeAndRescale(
    _ product: CKKSProduct, with keys: EvaluationKeys
  ) throws(RLWEError) -> CKKSCiphertext {
    try check(product.ciphertext.parameters)
    guard product.level > 0 else { throw .noLevelLeft }
    let context = try parameters.rlwe.requireKeySwitching()
    guard !context.isGadget else { return try rescale(relinearize(product, with: keys)) }
    return try rescaled(
      product.ciphertext.relinearizedAndRescaled(
        by: parameters.switchedRescaling(level: product.level), with: keys, parallelism: threads.team()),
      fromLevel: product.level, scale: product.scale, valueBound: product.valueBound, noise: product.noise)
  }

  /// Multiplies by a plaintext: one transform a prime, and one level where the evaluator sees to scales.
  public func multiply(_ ciphertext: CKKSCiphertext, by plaintext: CKKSPlaintext) throws(RLWEError) -> CKKSCiphertext {
    try check(ciphertext)
    try check(plaintext.parameters.rlwe)
    let scale = try factorScale(for: ciphertext)
    return try multiply(ciphertext, by: CKKSEvaluationPlaintext(plaintext, level: ciphertext.level, scale: scale))
  }

  /// Multiplies by a plaintext that is ready.
  ///
  /// A ciphertext of a higher level is brought down to the plaintext's.
  public func multiply(
    _ ciphertext: CKKSCiphertext, by plaintext: CKKSEvaluationPlaintext
  ) throws(RLWEError) -> CKKSCiphertext {
    try finish(product(ciphertext, by: plaintext))
  }

  /// Multiplies every slot by one real number: no transform, and one level where the evaluator sees to scales.
  ///
  /// Any number may be the factor, zero too.
  public func multiply(_ ciphertext: CKKSCiphertext, by value: Double) throws(RLWEError) -> CKKSCiphertext {
    try check(ciphertext)
    let scale = try factorScale(for: ciphertext)
    let residues = try self.residues(of: value, scale: scale, level: ciphertext.level)
    var result = ciphertext
    result.ciphertext.multiply(byResidues: residues, magnitude: 1)
    let rounding = value == 0 ? 0 : 0.5
    let factor = value.magnitude * scale.doubleValue + rounding
    result.noise = result.noise * factor + rounding * result.valueBound * result.scale.doubleValue
    result.scale = result.scale * scale
    result.valueBound *= value.magnitude
    return try finish(result)
  }

  /// Σ ciphertext · plaintext, with one rescale for all: the inner product of a linear layer.
  ///
  /// - Parameters:
  ///   - ciphertexts: At least one, of equal level and scale.
  ///   - plaintexts: As many, prepared for that level.
  public func weightedSum(
    _ ciphertexts: [CKKSCiphertext], by plaintexts: [CKKSEvaluationPlaintext]
  ) throws(RLWEError) -> CKKSCiphertext {
    precondition(
      ciphertexts.count == plaintexts.count && !ciphertexts.isEmpty,
      "\(ciphertexts.count) ciphertexts and \(plaintexts.count) plaintexts")
    var sum = try product(ciphertexts[0], by: plaintexts[0])
    for (ciphertext, plaintext) in zip(ciphertexts, plaintexts).dropFirst() {
      let term = try product(ciphertext, by: plaintext)
      guard sum.level == term.level else {
        throw .levelMismatch(lhs: sum.ciphertext.limbCount, rhs: term.ciphertext.limbCount)
      }
      let difference = sum.scale.relativeDifference(from: term.scale)
      let shift = difference * term.valueBound * term.scale.doubleValue
      guard shift <= sum.noise + term.noise else {
        throw .scaleMismatch(lhs: sum.scale.log2, rhs: term.scale.log2)
      }
      try sum.ciphertext.add(term.ciphertext)
      sum.noise += term.noise + shift
      sum.valueBound += term.valueBound
    }
    return try finish(sum)
  }

  // MARK: Steps

  /// Two ciphertexts of one level, and what is known of their product before it is made.
  private struct Factors {
    let lhs: CKKSCiphertext
    let rhs: CKKSCiphertext
    let scale: CKKSScale
    let valueBound: Double
    let noise: Double
  }

  /// Brings two ciphertexts to one level, and sees that their product fits there.
  private func factors(_ lhs: CKKSCiphertext, _ rhs: CKKSCiphertext) throws(RLWEError) -> Factors {
    try check(lhs)
    try check(rhs)
    guard lhs.key == rhs.key else { throw .wrongKey }
    var (a, b) = (lhs, rhs)
    try alignLevels(&a, &b)
    if alignment == .automatic { guard a.level > 0 else { throw .noLevelLeft } }
    let (sa, sb) = (a.scale.doubleValue * a.valueBound, b.scale.doubleValue * b.valueBound)
    let factors = Factors(
      lhs: a, rhs: b, scale: a.scale * b.scale, valueBound: a.valueBound * b.valueBound,
      noise: sa * b.noise + sb * a.noise + a.noise * b.noise)
    try parameters.requireRoom(
      level: a.level, scale: factors.scale, valueBound: factors.valueBound, noise: factors.noise)
    return factors
  }

  /// A product that was relinearised and rescaled in one division.
  private func rescaled(
    _ ciphertext: Ciphertext<Evaluation>, fromLevel level: Int, scale: CKKSScale, valueBound: Double, noise: Double
  ) throws(RLWEError) -> CKKSCiphertext {
    let divisor = parameters.divisor(level: level)
    let result = CKKSCiphertext(
      parameters: parameters, ciphertext: ciphertext, level: level - 1, scale: scale / divisor, valueBound: valueBound,
      noise: noise / divisor.doubleValue
        + parameters.switchingNoise(
          limbs: parameters.limbCount(level: level),
          log2Divisor: parameters.switchedRescaling(level: level).log2Divisor))
    try result.requireReadable()
    return result
  }

  /// The product with a plaintext, not rescaled.
  private func product(
    _ ciphertext: CKKSCiphertext, by plaintext: CKKSEvaluationPlaintext
  ) throws(RLWEError) -> CKKSCiphertext {
    try check(ciphertext)
    try check(plaintext.parameters.rlwe)
    var result = ciphertext
    if result.level > plaintext.level, alignment == .automatic { result = try adjust(result, toLevel: plaintext.level) }
    guard result.level == plaintext.level else {
      throw .plaintextLevel(plaintext: plaintext.level, ciphertext: result.level)
    }
    result.ciphertext.multiply(by: plaintext.polynomial, norm1: 1, norm2: 1)
    let factor = plaintext.magnitude * plaintext.scale.doubleValue
    result.noise =
      result.noise * (factor + plaintext.noise) + result.valueBound * result.scale.doubleValue * plaintext.noise
    result.scale = result.scale * plaintext.scale
    result.valueBound *= plaintext.magnitude
    return result
  }

  /// The scale of a factor that brings the product, rescaled, to the canonical scale of the level below.
  private func factorScale(for ciphertext: CKKSCiphertext) throws(RLWEError) -> CKKSScale {
    guard ciphertext.level > 0 else {
      guard alignment == .manual else { throw .noLevelLeft }
      return parameters.scale(level: 0)
    }
    return parameters.scale(level: ciphertext.level - 1) * parameters.divisor(level: ciphertext.level)
      / ciphertext.scale
  }

  private func finish(_ product: CKKSProduct, with keys: EvaluationKeys) throws(RLWEError) -> CKKSCiphertext {
    switch alignment {
    case .automatic: try relinearizeAndRescale(product, with: keys)
    case .manual: try relinearize(product, with: keys)
    }
  }

  private func finish(_ product: CKKSCiphertext) throws(RLWEError) -> CKKSCiphertext {
    switch alignment {
    case .automatic: return try rescale(product)
    case .manual:
      try product.requireReadable()
      return product
    }
  }

  private func requireRoom(for product: CKKSProduct) throws(RLWEError) {
    try parameters.requireRoom(
      level: product.level, scale: product.scale, valueBound: product.valueBound, noise: product.noise)
  }
}
