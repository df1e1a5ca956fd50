// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

/// What a key switch does differently in coefficient form and in evaluation form.
package protocol KeySwitchingDomain: PolynomialDomain {
  /// The polynomial ready to be cut into digits.
  static func switchingInput(
    _ polynomial: RNSPolynomial<Self>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput

  /// round(Σ digit · (k₀, k₁) / divisor) + addends, modulo the primes that stay, under an automorphism where there is one.
  static func switched(
    _ switching: KeySwitch, dividedBy division: SpecialDivision,
    addends: (RNSPolynomial<Self>?, RNSPolynomial<Self>?), under automorphism: GaloisAutomorphism?,
    to target: RNSBasis
  ) -> RNSPolynomial<Self>.Pair
}

extension Coefficient: KeySwitchingDomain {
  /// Coefficients as they are.
  package static func switchingInput(
    _ polynomial: RNSPolynomial<Coefficient>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput {
    KeySwitchingInput(polynomial, context: context, parallelism: parallelism)
  }

  /// All limbs are transformed back and divided at once.
  package static func switched(
    _ switching: KeySwitch, dividedBy division: SpecialDivision,
    addends: (RNSPolynomial<Coefficient>?, RNSPolynomial<Coefficient>?), under automorphism: GaloisAutomorphism?,
    to target: RNSBasis
  ) -> RNSPolynomial<Coefficient>.Pair {
    switching.coefficients(dividedBy: division, addends: addends, under: automorphism, to: target)
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
  package static func switched(
    _ switching: KeySwitch, dividedBy division: SpecialDivision,
    addends: (RNSPolynomial<Evaluation>?, RNSPolynomial<Evaluation>?), under automorphism: GaloisAutomorphism?,
    to target: RNSBasis
  ) -> RNSPolynomial<Evaluation>.Pair {
    switching.evaluations(dividedBy: division, addends: addends, under: automorphism, to: target)
  }
}
