// SPDX-License-Identifier: Apache-2.0

internal import RLWE
internal import Randomness

// How far a ciphertext may be from what it should encrypt: a bound of |e(ζ)| over all slots ζ, where e is what c₀ + c₁·s has
// besides the scaled message. This norm is what the numbers see; products with other polynomials multiply it by theirs,
// automorphisms keep it, and it bounds the Euclidean norm of the coefficients as well, since the N values of a
// polynomial at the roots have √N times its Euclidean norm.
//
// With coefficients that are independent and subgaussian with parameter σ, the real and the imaginary part of e(ζ) are
// subgaussian with σ·√(N/2). None of the 2N parts exceeds σ·√(N/2)·t, but for a chance of 2^−64, where
// 4N·exp(−t²/2) = 2^−64. Roundings count as independent and uniform in [−½, ½], digits as uniform: heuristics of
// all the literature [CKKS17, appendix A; KPP20, section 5]; everything else is proven.
extension CKKSParameters {
  /// log2 of the chance that one of the bounds fails.
  static let failureBits = 64.0

  /// t: standard deviations that are counted on.
  private var tail: Double {
    (2 * naturalLogarithmOf2 * (Self.failureBits + binaryLogarithm(4 * Double(degree)))).squareRoot()
  }

  /// Bound of |e(ζ)| for independent coefficients of a variance.
  private func slotBound(variance: Double) -> Double { (variance * Double(degree)).squareRoot() * tail }

  /// Bound of |s(ζ)|: ternary coefficients have variance 2/3, and are strictly subgaussian.
  private var secretBound: Double { slotBound(variance: 2 / 3) }

  /// A fresh symmetric encryption.
  var symmetricNoise: Double { slotBound(variance: NoiseBound.errorVariance) }

  /// A fresh encryption by public key: e·u + e₀ + e₁·s.
  var publicKeyNoise: Double { symmetricNoise * (1 + 2 * secretBound) }

  /// Rounding both polynomials of a ciphertext: τ₀ + τ₁·s.
  var roundingNoise: Double { slotBound(variance: 1 / 12) * (1 + secretBound) }

  /// What encoding numbers of at most `magnitude` at `scale` is off by: rounding, and the doubles of the embedding.
  func encodingNoise(magnitude: Double, scale: CKKSScale) -> Double {
    slotBound(variance: 1 / 12) + scale.doubleValue * embeddingError(magnitude: magnitude)
  }

  /// What doubles cost on the way between coefficients and numbers of at most `magnitude`, the scaling included.
  ///
  /// Below 4·log2(n)·2^−53 of the Euclidean norm, which is at most √n times the largest of n slots.
  func embeddingError(magnitude: Double) -> Double {
    let slots = Double(slotCount)
    return magnitude * slots.squareRoot() * (4 * binaryLogarithm(slots) + 4) * 0x1p-53
  }

  /// Bound of a discrete Gaussian flood of width 2^log2Width.
  func floodNoise(log2Width: Int) -> Double {
    let deviation = RandomStream.gaussianDeviationFactor * binaryExponential(Double(log2Width))
    return slotBound(variance: deviation * deviation)
  }

  /// What a key switch of a ciphertext of `limbs` primes adds, and the rounding after it.
  ///
  /// A digit is a sum of m values that are uniform in [0, D): around the mean m·D/2 it is a polynomial of variance m·D²/12, and
  /// the mean itself, times 1 + X + … + X^(N−1), is at most 2N/π·m·D/2 at a root.
  /// - Parameter log2Divisor: log2 of what is divided out; of P if nil.
  func switchingNoise(limbs: Int, log2Divisor: Double? = nil) -> Double {
    guard let context = rlwe.keySwitching else { return 0 }
    let divisor = log2Divisor ?? context.log2Special
    let sum = context.digitSizes(limbs: limbs).reduce(0.0) { sum, digit in
      let terms = Double(digit.terms)
      return sum
        + binaryExponential(digit.log2Size - divisor)
        * (slotBound(variance: terms / 12) + terms * Double(degree) / Double.pi)
    }
    return sum * symmetricNoise + (divisor > 0 ? roundingNoise : 0)
  }
}
