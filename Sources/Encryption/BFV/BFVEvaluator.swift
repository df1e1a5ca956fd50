// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import PolynomialRing
public import RLWE

/// Computes on BFV ciphertexts.
///
/// Every operation carries the noise bound along and throws `RLWEError.noiseExhausted` instead of returning a ciphertext
/// that might decrypt to something else; the operands of a throwing mutating operation are then to be discarded. Values
/// and evaluators are `Sendable`; what they share is constant, but for memory that waits for its next use.
///
/// Of two ciphertexts with different numbers of primes, the operations first switch the longer one down: the result has as
/// many primes as the shorter one.
public struct BFVEvaluator: Sendable {
  /// The set it computes with.
  public let parameters: BFVParameters

  /// How many threads an operation may use.
  public var parallelism: Int { threads.threads }

  var threads: Parallelism

  /// An evaluator for `parameters`.
  ///
  /// - Parameter parallelism: Threads that share the limbs and digits of one operation; at least 1. All but the caller's are the
  ///   system pool's, and stay awake for half a millisecond after an operation, in case the next one follows.
  public init(parameters: BFVParameters, parallelism: Int = 1) {
    self.parameters = parameters
    threads = Parallelism(parallelism)
  }

  /// The same evaluator with threads that stay together for several steps of one operation.
  func sharing() -> BFVEvaluator {
    var evaluator = self
    evaluator.threads = threads.team()
    return evaluator
  }

  /// Adds `rhs` to `lhs`.
  public func add<Domain>(
    _ lhs: inout Ciphertext<Domain>, _ rhs: borrowing Ciphertext<Domain>
  ) throws(RLWEError) {
    try align(&lhs, rhs) { (lhs, rhs) throws(RLWEError) in try lhs.add(rhs) }
  }

  /// Subtracts `rhs` from `lhs`.
  public func subtract<Domain>(
    _ lhs: inout Ciphertext<Domain>, _ rhs: borrowing Ciphertext<Domain>
  ) throws(RLWEError) {
    try align(&lhs, rhs) { (lhs, rhs) throws(RLWEError) in try lhs.subtract(rhs) }
  }

  /// Changes the sign of the message.
  public func negate<Domain>(_ ciphertext: inout Ciphertext<Domain>) throws(RLWEError) {
    try check(ciphertext)
    ciphertext.negate()
  }

  /// Adds a plaintext.
  public func add(_ ciphertext: inout Ciphertext<Coefficient>, _ plaintext: BFVPlaintext) throws(RLWEError) {
    try check(plaintext.parameters)
    try check(ciphertext.parameters)
    ciphertext.addScaled(plaintext.scaled(limbs: ciphertext.limbCount), rounding: BFVPlaintext.roundingNoise)
    try check(ciphertext)
  }

  /// Adds a plaintext that is already scaled, for just the primes of the ciphertext: round(Q·m/t) of another Q tells nothing
  /// of it.
  public func add(_ ciphertext: inout Ciphertext<Coefficient>, _ plaintext: ScaledPlaintext) throws(RLWEError) {
    try check(plaintext.parameters)
    try check(ciphertext.parameters)
    guard plaintext.polynomial.limbCount == ciphertext.limbCount else {
      throw .plaintextLevelMismatch(ciphertext: ciphertext.limbCount, plaintext: plaintext.polynomial.limbCount)
    }
    ciphertext.addScaled(plaintext.polynomial, rounding: BFVPlaintext.roundingNoise)
    try check(ciphertext)
  }

  /// Subtracts a plaintext.
  public func subtract(_ ciphertext: inout Ciphertext<Coefficient>, _ plaintext: BFVPlaintext) throws(RLWEError) {
    try check(plaintext.parameters)
    try check(ciphertext.parameters)
    var scaled = plaintext.scaled(limbs: ciphertext.limbCount)
    scaled.negate()
    ciphertext.addScaled(scaled, rounding: BFVPlaintext.roundingNoise)
    try check(ciphertext)
  }

  /// Adds a plaintext to a ciphertext in evaluation form: one transform a prime.
  public func add(_ ciphertext: inout Ciphertext<Evaluation>, _ plaintext: BFVPlaintext) throws(RLWEError) {
    try check(plaintext.parameters)
    try check(ciphertext.parameters)
    ciphertext.addScaled(
      plaintext.scaled(limbs: ciphertext.limbCount).evaluationForm(), rounding: BFVPlaintext.roundingNoise)
    try check(ciphertext)
  }

  /// Subtracts a plaintext from a ciphertext in evaluation form: one transform a prime.
  public func subtract(_ ciphertext: inout Ciphertext<Evaluation>, _ plaintext: BFVPlaintext) throws(RLWEError) {
    try check(plaintext.parameters)
    try check(ciphertext.parameters)
    var scaled = plaintext.scaled(limbs: ciphertext.limbCount)
    scaled.negate()
    ciphertext.addScaled(scaled.evaluationForm(), rounding: BFVPlaintext.roundingNoise)
    try check(ciphertext)
  }

  /// Multiplies by a plaintext polynomial, modulo X^N + 1 and t.
  ///
  /// - Parameter plaintext: Prepared for as many primes as the ciphertext has, or more.
  public func multiply(_ ciphertext: inout Ciphertext<Evaluation>, by plaintext: EvaluationPlaintext) throws(RLWEError)
  {
    try check(ciphertext.parameters)
    try check(plaintext, limbs: ciphertext.limbCount)
    ciphertext.multiply(by: plaintext.polynomial, norm1: plaintext.norm1, norm2: plaintext.norm2)
    try check(ciphertext)
  }

  /// Multiplies a ciphertext in coefficient form by a plaintext polynomial: one transform a prime there and back.
  public func multiply(_ ciphertext: inout Ciphertext<Coefficient>, by plaintext: EvaluationPlaintext) throws(RLWEError)
  {
    var product = ciphertext.evaluationForm()
    try multiply(&product, by: plaintext)
    ciphertext = product.coefficientForm()
  }

  /// Adds `ciphertext` times a plaintext polynomial to `sum`.
  public func addProduct(
    to sum: inout Ciphertext<Evaluation>, _ ciphertext: borrowing Ciphertext<Evaluation>,
    by plaintext: EvaluationPlaintext
  ) throws(RLWEError) {
    try align(&sum, ciphertext) { (sum, ciphertext) throws(RLWEError) in
      try check(plaintext, limbs: sum.limbCount)
      try sum.addProduct(ciphertext, by: plaintext.polynomial, norm1: plaintext.norm1, norm2: plaintext.norm2)
    }
  }

  /// Multiplies by an integer.
  public func multiply<Domain>(_ ciphertext: inout Ciphertext<Domain>, by scalar: Int64) throws(RLWEError) {
    try check(ciphertext.parameters)
    ciphertext.multiply(
      byResidues: ciphertext.basis.residues(of: scalar), magnitude: Double(scalar.magnitude))
    try check(ciphertext)
  }

  /// Adds `ciphertext` times an integer to `sum`.
  public func addProduct<Domain>(
    to sum: inout Ciphertext<Domain>, _ ciphertext: borrowing Ciphertext<Domain>, by scalar: Int64
  ) throws(RLWEError) {
    try align(&sum, ciphertext) { (sum, ciphertext) throws(RLWEError) in
      try sum.addProduct(
        ciphertext, byResidues: sum.basis.residues(of: scalar), magnitude: Double(scalar.magnitude))
    }
  }

  /// An encryption of zero by (0, 0), to start a sum from.
  ///
  /// It hides nothing until something fresh is added.
  public func transparentZero<Domain>(like other: borrowing Ciphertext<Domain>) -> Ciphertext<Domain> {
    Ciphertext(transparentZeroLike: other)
  }

  func check(_ other: RLWEParameters) throws(RLWEError) {
    guard parameters.rlwe == other else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: other.digest)
    }
  }

  private func check(_ other: BFVParameters) throws(RLWEError) {
    try check(other.rlwe)
  }

  private func check(_ plaintext: EvaluationPlaintext, limbs: Int) throws(RLWEError) {
    try check(plaintext.parameters)
    guard plaintext.polynomial.limbCount >= limbs else {
      throw .plaintextLevelMismatch(ciphertext: limbs, plaintext: plaintext.polynomial.limbCount)
    }
  }

  func check<Domain>(_ ciphertext: borrowing Ciphertext<Domain>) throws(RLWEError) {
    try check(ciphertext.parameters)
    try check(ciphertext.noise, limbs: ciphertext.limbCount)
  }

  func check(_ noise: NoiseBound, limbs: Int) throws(RLWEError) {
    try parameters.requireCapacity(for: noise, available: parameters.log2NoiseCapacity(limbs: limbs))
  }
}
