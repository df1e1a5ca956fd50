// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic

/// Fast conversion of residues from one basis to another, without the exact quotient [HPS18, equation (2)].
public struct BasisConverter: Sendable {
  /// The basis of the input, Q.
  public let source: RNSBasis

  /// The basis of the output, P; of the same degree.
  public let target: RNSBasis

  private let conversion: RNSConversion

  /// Precomputes (Q/qᵢ) mod pⱼ.
  ///
  /// requires: equal degrees.
  public init(from source: RNSBasis, to target: RNSBasis) {
    precondition(source.degree == target.degree, "bases of different degrees")
    self.source = source
    self.target = target
    let factors = target.moduli.flatMap { p in
      source.moduli.map { q in
        source.moduli.filter { $0 != q }.reduce(UInt64(1)) { p.multiply($0, p.reduce($1.value)) }
      }
    }
    conversion = RNSConversion(
      from: source.moduli, to: target.moduli, inverses: source.inverseOfCofactor, factors: factors)
  }

  /// Converts a polynomial.
  ///
  /// - Parameter polynomial: In the source basis, standing for x in [0, Q).
  /// - Returns: x + a·Q in the target basis, for some 0 ≤ a < L that may differ from coefficient to coefficient.
  /// - Complexity: N·(L + L·K) modular multiplications.
  public func convert(_ polynomial: borrowing RNSPolynomial<Coefficient>) -> RNSPolynomial<Coefficient> {
    precondition(polynomial.basis == source, "polynomial of another basis")
    var result = RNSPolynomial<Coefficient>(zeroIn: target)
    result.makeUnique()
    var output = result.storage.mutableWords(0..<result.storage.count)
    // The kernels with the smaller limit take both bases.
    let plan = (source.plans + target.plans).max { $0.modulus.value < $1.modulus.value }
    guard let backend = plan?.backend else { return result }
    backend.convert(
      &output, outStride: source.degree, polynomial.allLimbs(), inputStride: source.degree, count: source.degree,
      by: conversion)
    return result
  }
}
