// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

/// Computes on CKKS ciphertexts.
///
/// Levels and scales are kept by the evaluator: products are rescaled, operands are brought to a common level and to exactly
/// equal scales. With `alignment: .manual` nothing of that happens, and operands that do not go together are refused.
/// Every operation carries a bound of the noise and one of the numbers, and throws instead of returning a ciphertext that
/// might decrypt to something else; the operands of a throwing mutating operation are then to be discarded. Values and
/// evaluators are `Sendable`; what they share is constant, but for memory that waits for its next use.
public struct CKKSEvaluator: Sendable {
  /// Who sees to levels and scales.
  public enum Alignment: Hashable, Sendable {
    /// The evaluator.
    case automatic
    /// The caller, with `rescale`, `drop` and `adjust`.
    case manual
  }

  /// The set it computes with.
  public let parameters: CKKSParameters

  /// Who sees to levels and scales.
  public let alignment: Alignment

  /// How many threads an operation may use.
  public var parallelism: Int { threads.threads }

  var threads: Parallelism

  /// An evaluator for `parameters`.
  ///
  /// - Parameters:
  ///   - parameters: The set.
  ///   - alignment: Who sees to levels and scales.
  ///   - parallelism: Threads that share the limbs and digits of one operation; at least 1. All but the caller's are the system
  ///     pool's, and stay awake for half a millisecond after an operation, in case the next one follows.
  public init(parameters: CKKSParameters, alignment: Alignment = .automatic, parallelism: Int = 1) {
    self.parameters = parameters
    self.alignment = alignment
    threads = Parallelism(parallelism)
  }

  /// The same evaluator with threads that stay together for several steps of one operation.
  func sharing() -> CKKSEvaluator {
    var evaluator = self
    evaluator.threads = threads.team()
    return evaluator
  }

  /// Adds `rhs` to `lhs`.
  public func add(_ lhs: inout CKKSCiphertext, _ rhs: CKKSCiphertext) throws(RLWEError) {
    try combine(&lhs, rhs) { (sum, term) throws(RLWEError) in try sum.add(term) }
  }

  /// Subtracts `rhs` from `lhs`.
  public func subtract(_ lhs: inout CKKSCiphertext, _ rhs: CKKSCiphertext) throws(RLWEError) {
    try combine(&lhs, rhs) { (sum, term) throws(RLWEError) in try sum.subtract(term) }
  }

  /// Changes the sign of the numbers.
  public func negate(_ ciphertext: inout CKKSCiphertext) throws(RLWEError) {
    try check(ciphertext)
    ciphertext.ciphertext.negate()
  }

  /// Adds a plaintext: one transform a prime.
  public func add(_ ciphertext: inout CKKSCiphertext, _ plaintext: CKKSPlaintext) throws(RLWEError) {
    try addScaled(&ciphertext, plaintext, isNegative: false)
  }

  /// Subtracts a plaintext: one transform a prime.
  public func subtract(_ ciphertext: inout CKKSCiphertext, _ plaintext: CKKSPlaintext) throws(RLWEError) {
    try addScaled(&ciphertext, plaintext, isNegative: true)
  }

  /// Adds one real number to every slot.
  public func add(_ ciphertext: inout CKKSCiphertext, _ value: Double) throws(RLWEError) {
    try check(ciphertext)
    let residues = try self.residues(of: value, scale: ciphertext.scale, level: ciphertext.level)
    ciphertext.ciphertext.addConstant(residues)
    ciphertext.noise += 0.5
    ciphertext.valueBound += value.magnitude
    try ciphertext.requireReadable()
  }

  /// Multiplies by an integer: no level is used.
  public func multiply(_ ciphertext: inout CKKSCiphertext, byInteger value: Int64) throws(RLWEError) {
    try check(ciphertext)
    let magnitude = Double(value.magnitude)
    ciphertext.ciphertext.multiply(
      byResidues: parameters.rlwe.basis(limbs: ciphertext.ciphertext.limbCount).residues(of: value),
      magnitude: magnitude)
    ciphertext.noise *= magnitude
    ciphertext.valueBound *= magnitude
    try ciphertext.requireReadable()
  }

  /// The same ciphertext with a promise of the caller: that its numbers are at most `bound` in absolute value.
  ///
  /// The evaluator can only multiply bounds, and knows nothing of what cancels; where you know better, say so. What is
  /// promised wrongly may decrypt to something else.
  public func assuming(_ ciphertext: CKKSCiphertext, bound: Double) throws(RLWEError) -> CKKSCiphertext {
    guard bound >= 0 else { throw .unusableNumber(bound) }
    try check(ciphertext.ciphertext.parameters)
    var result = ciphertext
    result.valueBound = min(bound, result.valueBound)
    try result.requireReadable()
    return result
  }

  private func combine(
    _ lhs: inout CKKSCiphertext, _ rhs: CKKSCiphertext,
    _ body: (inout Ciphertext<Evaluation>, Ciphertext<Evaluation>) throws(RLWEError) -> Void
  ) throws(RLWEError) {
    var term = rhs
    try align(&lhs, &term)
    try body(&lhs.ciphertext, term.ciphertext)
    lhs.noise += term.noise
    lhs.valueBound += term.valueBound
    try lhs.requireReadable()
  }

  private func addScaled(
    _ ciphertext: inout CKKSCiphertext, _ plaintext: CKKSPlaintext, isNegative: Bool
  ) throws(RLWEError) {
    try check(ciphertext)
    try check(plaintext.parameters.rlwe)
    try plaintext.requireRepresentable(at: ciphertext.scale)
    var message = plaintext.scaled(
      by: ciphertext.scale, basis: parameters.rlwe.basis(limbs: ciphertext.ciphertext.limbCount))
    if isNegative { message.negate() }
    ciphertext.ciphertext.addScaled(message.evaluationForm(parallelism: threads), rounding: .zero)
    ciphertext.noise +=
      parameters.encodingNoise(magnitude: plaintext.magnitude, scale: ciphertext.scale)
      + plaintext.error * ciphertext.scale.doubleValue
    ciphertext.valueBound += plaintext.magnitude
    try ciphertext.requireReadable()
  }

  /// The residues of round(value · scale).
  func residues(of value: Double, scale: CKKSScale, level: Int) throws(RLWEError) -> [UInt64] {
    guard value.isFinite else { throw .unusableNumber(value) }
    let basis = parameters.rlwe.basis(limbs: parameters.limbCount(level: level))
    guard value.isNormal else { return basis.moduli.map { _ in 0 } }
    let scaled = CKKSScale(value.magnitude) * scale
    guard scaled.log2 < 126 else { throw .valuesTooWide(neededBits: scaled.log2, largestBits: 126) }
    return basis.residues(of: scaled.roundedInteger, isNegative: value < 0)
  }

  func check(_ other: RLWEParameters) throws(RLWEError) {
    guard parameters.rlwe == other else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: other.digest)
    }
  }

  func check(_ ciphertext: CKKSCiphertext) throws(RLWEError) {
    try check(ciphertext.ciphertext.parameters)
    try ciphertext.requireReadable()
  }
}
