// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

/// What a key switch does differently in coefficient form and in evaluation form.
package protocol KeySwitchingDomain: PolynomialDomain {
  /// The polynomial ready to be cut into digits.
  static func switchingInput(
    _ polynomial: RNSPolynomial<Self>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput

  /// For each job round(Σ digit · (k₀, k₁) / divisor) + addends, modulo the primes that stay, under its automorphism.
  static func switched(
    _ switching: KeySwitch, _ jobs: [SwitchingJob<Self>], dividedBy division: SpecialDivision, to target: RNSBasis
  ) -> [RNSPolynomial<Self>.Pair]
}

extension Coefficient: KeySwitchingDomain {
  /// Coefficients as they are.
  package static func switchingInput(
    _ polynomial: RNSPolynomial<Coefficient>, context: KeySwitchingContext, parallelism: Parallelism
  ) -> KeySwitchingInput {
    KeySwitchingInput(polynomial, context: context, parallelism: parallelism)
  }

  /// Every limb is transformed back, and divided while it is in the cache.
  package static func switched(
    _ switching: KeySwitch, _ jobs: [SwitchingJob<Coefficient>], dividedBy division: SpecialDivision,
    to target: RNSBasis
  ) -> [RNSPolynomial<Coefficient>.Pair] {
    switching.coefficients(jobs, dividedBy: division, to: target)
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
    _ switching: KeySwitch, _ jobs: [SwitchingJob<Evaluation>], dividedBy division: SpecialDivision, to target: RNSBasis
  ) -> [RNSPolynomial<Evaluation>.Pair] {
    switching.evaluations(jobs, dividedBy: division, to: target)
  }
}
