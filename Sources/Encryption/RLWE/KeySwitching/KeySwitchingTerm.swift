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

  /// Adds one limb of `factor` times both polynomials.
  func addMultiple(
    to row0: inout MutableSpan<UInt64>, _ row1: inout MutableSpan<UInt64>, limb: Int, plan: NTTPlan, factor: UInt64
  ) {
    let (backend, q) = (plan.backend, plan.modulus)
    switch self {
    case .zero: break
    case .polynomials(let c0, let c1):
      backend.multiplyScalarAccumulate(&row0, c0.limb(limb), by: factor, modulo: q)
      backend.multiplyScalarAccumulate(&row1, c1.limb(limb), by: factor, modulo: q)
    case .product(let a, let b):
      backend.tensorAccumulate(
        &row0, &row1, a.0.limb(limb), a.1.limb(limb), b.0.limb(limb), b.1.limb(limb), by: factor, modulo: q)
    }
  }
}
