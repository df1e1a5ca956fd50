// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

/// What a key switch does differently in coefficient form and in evaluation form.
package protocol KeySwitchingDomain: PolynomialDomain {
  /// The polynomial ready to be cut into digits.
  static func switchingInput(
    _ polynomial: RNSPolynomial<Self>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput

  /// round(product / divisor) + addend, modulo the primes that stay, under an automorphism where there is one.
  static func divided(
    _ product: consuming RNSPolynomial<Evaluation>, by division: SpecialDivision, adding addend: RNSPolynomial<Self>?,
    under automorphism: GaloisAutomorphism?, to target: RNSBasis, scratch: ScratchPool, parallelism: Parallelism
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
    adding addend: RNSPolynomial<Coefficient>?, under automorphism: GaloisAutomorphism?, to target: RNSBasis,
    scratch _: ScratchPool, parallelism: Parallelism
  ) -> RNSPolynomial<Coefficient> {
    division.divideToCoefficients(product, to: target, parallelism: parallelism)
      .adding(addend, under: automorphism, parallelism: parallelism)
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
    adding addend: RNSPolynomial<Evaluation>?, under automorphism: GaloisAutomorphism?, to target: RNSBasis,
    scratch: ScratchPool, parallelism: Parallelism
  ) -> RNSPolynomial<Evaluation> {
    division.divide(
      product, adding: addend, under: automorphism, to: target, scratch: scratch, parallelism: parallelism)
  }
}
