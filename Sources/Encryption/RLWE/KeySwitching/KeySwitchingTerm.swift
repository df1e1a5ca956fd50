// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// What is added, P times, to the product with a key before both are divided: so that a relinearisation and a rescale are one
/// division.
package enum KeySwitchingTerm: Sendable {
  /// Nothing.
  case zero

  /// c₀ and c₁.
  case polynomials(RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>)

  /// a₀b₀ and a₀b₁ + a₁b₀, a limb at a time: these parts of a product are never stored.
  case product(RNSPolynomial<Evaluation>.Pair, RNSPolynomial<Evaluation>.Pair)
}
