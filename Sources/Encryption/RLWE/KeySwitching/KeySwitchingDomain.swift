// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

/// What a key switch does differently in coefficient form and in evaluation form.
package protocol KeySwitchingDomain: PolynomialDomain {
  /// The polynomial ready to be cut into digits.
  static func switchingInput(
    _ polynomial: RNSPolynomial<Self>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput

  /// round(product / divisor) + addend, modulo the primes that stay.
  static func divided(
    _ product: consuming RNSPolynomial<Evaluation>, by division: SpecialDivision,
    adding addend: consuming RNSPolynomial<Self>?, to target: RNSBasis, scratch: ScratchPool, parallelism: Parallelism
  ) -> RNSPolynomial<Self>

  /// a(X^g).
  static func image(
    of polynomial: RNSPolynomial<Self>, under automorphism: GaloisAutomorphism, parallelism: Parallelism
  ) -> RNSPolynomial<Self>
}

extension Coefficient: KeySwitchingDomain {
  /// Coefficients as they are.
  package static func switchingInput(
    _ polynomial: RNSPolynomial<Coefficient>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput {
    KeySwitchingInput(polynomial, context: context, parallelism: parallelism)
  }

  /// All limbs are transformed back and divided at once.
  package static func divided(
    _ product: consuming RNSPolynomial<Evaluation>, by division: SpecialDivision,
    adding addend: consuming RNSPolynomial<Coefficient>?, to target: RNSBasis, scratch _: ScratchPool,
    parallelism: Parallelism
  ) -> RNSPolynomial<Coefficient> {
    var result = division.divideToCoefficients(product, to: target, parallelism: parallelism)
    if let addend { result.add(addend) }
    return result
  }

  /// Coefficients move and change sign.
  package static func image(
    of polynomial: RNSPolynomial<Coefficient>, under automorphism: GaloisAutomorphism, parallelism: Parallelism
  ) -> RNSPolynomial<Coefficient> {
    polynomial.applying(automorphism, parallelism: parallelism)
  }
}

extension Evaluation: KeySwitchingDomain {
  /// One inverse transform a limb; the evaluations are kept for the digits' own primes.
  package static func switchingInput(
    _ polynomial: RNSPolynomial<Evaluation>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput {
    KeySwitchingInput(polynomial, context: context, parallelism: parallelism)
  }

  /// Only the dropped limbs are transformed back.
  package static func divided(
    _ product: consuming RNSPolynomial<Evaluation>, by division: SpecialDivision,
    adding addend: consuming RNSPolynomial<Evaluation>?, to target: RNSBasis, scratch: ScratchPool,
    parallelism: Parallelism
  ) -> RNSPolynomial<Evaluation> {
    division.divide(product, adding: addend, to: target, scratch: scratch, parallelism: parallelism)
  }

  /// A permutation of the words.
  package static func image(
    of polynomial: RNSPolynomial<Evaluation>, under automorphism: GaloisAutomorphism, parallelism: Parallelism
  ) -> RNSPolynomial<Evaluation> {
    polynomial.applying(automorphism, parallelism: parallelism)
  }
}
