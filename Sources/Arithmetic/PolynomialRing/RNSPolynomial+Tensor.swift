// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic

extension RNSPolynomial where Domain == Evaluation {
  package typealias Triple = (RNSPolynomial, RNSPolynomial, RNSPolynomial)

  /// (a₀b₀, a₀b₁ + a₁b₀, a₁b₁): the product of two polynomials in another variable.
  ///
  /// requires: equal bases.
  package static func tensor(_ a: Pair, _ b: Pair, parallelism: Parallelism) -> Triple {
    let basis = a.0.basis
    precondition(
      a.1.basis == basis && b.0.basis == basis && b.1.basis == basis, "polynomials of different bases")
    let results = (0..<3).map { _ in RNSPolynomial(uninitializedIn: basis) }
    let (d0, d1, d2) = (results[0].storage, results[1].storage, results[2].storage)
    let (a0, a1, b0, b1) = (a.0.storage, a.1.storage, b.0.storage, b.1.storage)
    let degree = basis.degree
    concurrentFor(basis.limbCount, parallelism: parallelism) { limb, _ in
      let range = limb * degree..<(limb + 1) * degree
      let (backend, q) = (basis.plans[limb].backend, basis.plans[limb].modulus)
      var words = d0.mutableWords(range)
      backend.multiply(&words, a0.words(range), b0.words(range), modulo: q)
      words = d1.mutableWords(range)
      var terms = ProductTerms()
      terms.append(a0.words(range), b1.words(range))
      terms.append(a1.words(range), b0.words(range))
      backend.sumOfProducts(&words, terms, modulo: q)
      words = d2.mutableWords(range)
      backend.multiply(&words, a1.words(range), b1.words(range), modulo: q)
    }
    return (results[0], results[1], results[2])
  }

  /// Adds the constant polynomial of the given residues, one canonical residue a prime: the same to every evaluation.
  package mutating func addConstant(_ residues: [UInt64]) {
    precondition(residues.count == basis.limbCount, "one residue for each prime")
    let row = AlignedStorage(uninitializedCount: degree)
    for (index, plan) in basis.plans.enumerated() {
      var constant = row.mutableWords(0..<degree)
      constant.update(repeating: residues[index])
      var limb = mutableLimb(index)
      plan.backend.addInPlace(&limb, constant.span, modulo: plan.modulus)
    }
  }
}

extension RNSBasis {
  /// The residues of an integer.
  package func residues(of value: Int64) -> [UInt64] {
    moduli.map { $0.reduce(signed: value) }
  }

  /// The residues of an integer given by its absolute value.
  package func residues(of magnitude: UInt128, isNegative: Bool) -> [UInt64] {
    moduli.map { q in
      let residue = UInt64(magnitude % UInt128(q.value))
      return isNegative ? q.negate(residue) : residue
    }
  }
}
