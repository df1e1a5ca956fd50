// SPDX-License-Identifier: Apache-2.0

package import ModularArithmetic

/// The automorphism X ↦ X^g of one ring: its permutation of evaluations.
package struct GaloisAutomorphism: Sendable {
  /// g, odd, 1 ≤ g < 2N.
  package let element: Int

  /// 1/g modulo 2N.
  let inverse: Int

  let indexes: [UInt32]

  /// For the ring of degree N.
  package init(element: Int, degree: Int) {
    self.element = element
    inverse = PolynomialKernels.galoisInverse(of: element, logDegree: degree.trailingZeroBitCount)
    indexes = PolynomialKernels.galoisIndexes(logDegree: degree.trailingZeroBitCount, element: element)
  }

  /// The image of one limb of evaluations.
  package func apply(_ out: inout MutableSpan<UInt64>, _ evaluations: Span<UInt64>, backend: KernelBackend) {
    backend.permute(&out, evaluations, by: indexes)
  }

  /// The image of one limb of coefficients.
  package func apply(
    _ out: inout MutableSpan<UInt64>, coefficients: Span<UInt64>, backend: KernelBackend, modulo q: Modulus
  ) {
    backend.galois(&out, coefficients, inverse: inverse, modulo: q)
  }
}

extension RNSPolynomial where Domain == Evaluation {
  /// a(X^g).
  package func applying(_ automorphism: GaloisAutomorphism, parallelism: Parallelism = .none) -> RNSPolynomial {
    let result = RNSPolynomial(uninitializedIn: basis, zeroising: storage.isZeroising)
    let (from, to, degree, plans) = (storage, result.storage, degree, basis.plans)
    concurrentFor(limbCount, parallelism: parallelism) { limb, _ in
      var words = to.mutableWords(limb * degree..<(limb + 1) * degree)
      plans[limb].backend.permute(
        &words, from.words(limb * degree..<(limb + 1) * degree), by: automorphism.indexes)
    }
    return result
  }
}

extension RNSPolynomial where Domain == Coefficient {
  /// a(X^g).
  package func applying(_ automorphism: GaloisAutomorphism, parallelism: Parallelism = .none) -> RNSPolynomial {
    let result = RNSPolynomial(uninitializedIn: basis, zeroising: storage.isZeroising)
    let (from, to, degree, plans) = (storage, result.storage, degree, basis.plans)
    concurrentFor(limbCount, parallelism: parallelism) { limb, _ in
      var words = to.mutableWords(limb * degree..<(limb + 1) * degree)
      plans[limb].backend.galois(
        &words, from.words(limb * degree..<(limb + 1) * degree), inverse: automorphism.inverse,
        modulo: plans[limb].modulus)
    }
    return result
  }
}
