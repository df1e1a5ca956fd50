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

  /// Two polynomials plus addends where there are any, under an automorphism where there is one: limb after limb.
  package static func adding(
    _ polynomials: consuming Pair, _ addends: (RNSPolynomial?, RNSPolynomial?),
    under automorphism: GaloisAutomorphism?, parallelism: Parallelism
  ) -> Pair {
    var (sum0, sum1) = polynomials
    guard addends.0 != nil || addends.1 != nil || automorphism != nil else { return (sum0, sum1) }
    let basis = sum0.basis
    precondition(
      [sum1.basis, addends.0?.basis ?? basis, addends.1?.basis ?? basis].allSatisfy { $0 == basis },
      "polynomials of different bases")
    sum0.makeUnique()
    sum1.makeUnique()
    let (sums, terms) = ([sum0.storage, sum1.storage], [addends.0?.storage, addends.1?.storage])
    let images = automorphism.map { _ in (RNSPolynomial(uninitializedIn: basis), RNSPolynomial(uninitializedIn: basis))
    }
    let outputs = images.map { [$0.0.storage, $0.1.storage] }
    let (limbs, degree) = (basis.limbCount, basis.degree)
    concurrentFor(2 * limbs, parallelism: parallelism) { index, _ in
      let (part, limb) = (index / limbs, index % limbs)
      let range = limb * degree..<(limb + 1) * degree
      let (backend, q) = (basis.plans[limb].backend, basis.plans[limb].modulus)
      let sum = sums[part]
      var row = sum.mutableWords(range)
      if let addend = terms[part] { backend.addInPlace(&row, addend.words(range), modulo: q) }
      if let automorphism, let outputs {
        let output = outputs[part]
        var image = output.mutableWords(range)
        backend.galois(&image, row.span, inverse: automorphism.inverse, modulo: q)
      }
    }
    return images ?? (sum0, sum1)
  }
}
