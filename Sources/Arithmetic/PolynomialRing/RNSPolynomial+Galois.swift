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

  /// The sum with `addend` where there is one, under an automorphism where there is one: limb after limb.
  package consuming func adding(
    _ addend: RNSPolynomial?, under automorphism: GaloisAutomorphism?, parallelism: Parallelism
  ) -> RNSPolynomial {
    precondition(addend.map { $0.basis == basis } ?? true, "polynomials of different bases")
    makeUnique()
    let (sum, terms, degree, plans) = (storage, addend?.storage, degree, basis.plans)
    let result = automorphism.map { _ in RNSPolynomial(uninitializedIn: basis) }
    let images = result?.storage
    concurrentFor(limbCount, parallelism: parallelism) { limb, _ in
      let range = limb * degree..<(limb + 1) * degree
      let (backend, q) = (plans[limb].backend, plans[limb].modulus)
      var row = sum.mutableWords(range)
      if let terms { backend.addInPlace(&row, terms.words(range), modulo: q) }
      if let automorphism, let images {
        var image = images.mutableWords(range)
        backend.galois(&image, row.span, inverse: automorphism.inverse, modulo: q)
      }
    }
    guard let result else { return RNSPolynomial(basis: basis, storage: sum) }
    return result
  }
}
