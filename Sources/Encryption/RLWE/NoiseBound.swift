// SPDX-License-Identifier: Apache-2.0

/// An upper bound on the noise of a ciphertext: what is known of each coefficient of c₀ + c₁·s − (scaled message).
///
/// The scaled message is meant exactly, as a rational number (Q·m/t for BFV): what rounding it costs is part of the noise.
/// Each coefficient is the sum of a part that is subgaussian with parameter σ (so that |part| > x has probability at most
/// 2·exp(−x²/2σ²)) and of a part that is at most b in absolute value. Both are kept as base-2 logarithms, since a
/// modulus may have thousands of bits. Subgaussian parameters of dependent variables add (triangle inequality), so every
/// bound here holds whatever ciphertexts are combined; where the coefficients of one ciphertext are independent, products
/// with plaintexts use the Euclidean norm instead of the sum of absolute values.
public struct NoiseBound: Hashable, Sendable {
  /// log2 σ; −∞ where there is no such part.
  public private(set) var log2Deviation: Double

  /// log2 b; −∞ where there is no such part.
  public private(set) var log2Bounded: Double

  /// Whether the subgaussian part is a sum of terms that each have independent coefficients, as fresh errors have.
  ///
  /// The terms may depend on each other: the triangle inequality is all that sums and products need.
  public private(set) var hasIndependentCoefficients: Bool

  /// No noise at all.
  public static let zero = NoiseBound(deviation: 0, bounded: 0, independent: true)

  /// A bound from σ and b themselves.
  public init(deviation: Double, bounded: Double, independent: Bool) {
    self.init(
      log2Deviation: binaryLogarithm(deviation), log2Bounded: binaryLogarithm(bounded), independent: independent)
  }

  /// A bound from the logarithms of σ and b.
  public init(log2Deviation: Double, log2Bounded: Double, independent: Bool) {
    precondition(!log2Deviation.isNaN && !log2Bounded.isNaN, "noise bound is not a number")
    self.log2Deviation = log2Deviation
    self.log2Bounded = log2Bounded
    hasIndependentCoefficients = independent
  }

  /// How likely a coefficient may be to lie outside the stated magnitude.
  public enum Failure: Hashable, Sendable {
    /// 2^−40 over all coefficients: for the key holder's own use.
    case ownUse
    /// 2^−128 over all coefficients: for results that leave, where a wrong value would tell of the key.
    case release

    var bits: Double {
      switch self {
      case .ownUse: 40
      case .release: 128
      }
    }
  }

  /// log2 of a magnitude that none of `degree` coefficients exceeds, but for the stated probability.
  public func log2Magnitude(degree: Int, failure: Failure) -> Double {
    // 2N·exp(−x²/2) ≤ 2^−bits.
    let tail = (2 * naturalLogarithmOf2 * (failure.bits + binaryLogarithm(2 * Double(degree)))).squareRoot()
    return Self.log2Sum(log2Deviation + binaryLogarithm(tail), log2Bounded)
  }

  /// The noise of a sum, of ciphertexts that may depend on each other.
  public static func + (lhs: NoiseBound, rhs: NoiseBound) -> NoiseBound {
    NoiseBound(
      log2Deviation: log2Sum(lhs.log2Deviation, rhs.log2Deviation),
      log2Bounded: log2Sum(lhs.log2Bounded, rhs.log2Bounded),
      independent: (lhs.hasIndependentCoefficients || lhs.log2Deviation == -.infinity)
        && (rhs.hasIndependentCoefficients || rhs.log2Deviation == -.infinity))
  }

  /// The noise after multiplication by an integer polynomial of the given norms.
  public func multiplied(byNorm1 norm1: Double, norm2: Double) -> NoiseBound {
    let factor = hasIndependentCoefficients ? min(norm1, norm2) : norm1
    return NoiseBound(
      log2Deviation: norm1 == 0 ? -.infinity : log2Deviation + binaryLogarithm(factor),
      log2Bounded: norm1 == 0 ? -.infinity : log2Bounded + binaryLogarithm(norm1),
      // The product's coefficients share the same random variables, but for a polynomial of one term.
      independent: hasIndependentCoefficients && norm1 == norm2)
  }

  /// The noise after division of the ciphertext by 2^`bits`, before the rounding.
  public func scaledDown(bits: Double) -> NoiseBound {
    NoiseBound(
      log2Deviation: log2Deviation - bits, log2Bounded: log2Bounded - bits, independent: hasIndependentCoefficients)
  }

  /// Rounding both polynomials of a ciphertext to integers: τ₀ + τ₁·s with τ uniform in [−½, ½] and ternary s.
  ///
  /// A uniform value is strictly subgaussian with parameter its variance 1/12, and ‖s‖² ≤ N.
  public static func rounding(degree: Int) -> NoiseBound {
    NoiseBound(deviation: ((1 + Double(degree)) / 12).squareRoot(), bounded: 0, independent: false)
  }

  /// Rounding the three polynomials of a product that is not relinearised: τ₀ + τ₁·s + τ₂·s².
  ///
  /// Average-case in s: each coefficient of s² is twice a sum of N/2 products of variance 4/9, so that ‖s²‖² is about 8/9·N²,
  /// below N².
  package static func quadraticRounding(degree: Int) -> NoiseBound {
    let degree = Double(degree)
    return NoiseBound(
      deviation: ((1 + degree + degree * degree) / 12).squareRoot(), bounded: 0, independent: false)
  }

  /// Rounding c₁ to multiples of 2^`bits`: δ·s, δ uniform among the 2^bits integers from −2^(bits−1) on.
  ///
  /// δ + ½ is a sum of independent signs times ½, 1, 2, …: strictly subgaussian with its variance (4^bits − 1)/12. What is
  /// left, ½·(1 + X + …)·s, is subgaussian in the secret with variance at most N/4 · 2/3.
  public static func droppedBits(_ bits: Int, degree: Int) -> NoiseBound {
    guard bits > 0 else { return .zero }
    let degree = Double(degree)
    let uniform = (degree * (binaryExponential(2 * Double(bits)) - 1) / 12).squareRoot()
    return NoiseBound(deviation: uniform + (degree / 6).squareRoot(), bounded: 0, independent: false)
  }

  /// Fresh errors: centred binomial with η = 21 is a sum of 42 signs halved, strictly subgaussian with its variance 10.5.
  public static let freshError = NoiseBound(deviation: errorVariance.squareRoot(), bounded: 0, independent: true)

  /// Variance of the error distribution.
  public static let errorVariance = 10.5

  /// Encryption of zero under a public key: e·u + e₀ + e₁·s with ‖u‖², ‖s‖² ≤ N.
  public static func publicKeyEncryption(degree: Int) -> NoiseBound {
    NoiseBound(deviation: (errorVariance * (2 * Double(degree) + 1)).squareRoot(), bounded: 0, independent: false)
  }

  /// log2(2^x + 2^y).
  package static func log2Sum(_ x: Double, _ y: Double) -> Double {
    let high = max(x, y)
    let low = min(x, y)
    guard low > -.infinity else { return high }
    return high + binaryLogarithm(1 + binaryExponential(low - high))
  }
}
