// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic

extension RNSPolynomial {
  /// Adds `other` to this polynomial.
  ///
  /// requires: equal bases.
  public mutating func add(_ other: borrowing RNSPolynomial) {
    precondition(basis == other.basis, "polynomials of different bases")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.addInPlace(&limb, other.limb(index), modulo: plan.modulus)
    }
  }

  /// Adds the first limbs of `other`.
  ///
  /// requires: `other` of a basis that starts with this one.
  package mutating func addPrefix(of other: borrowing RNSPolynomial) {
    precondition(other.basis.hasPrefix(basis), "polynomials of different bases")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.addInPlace(&limb, other.limb(index), modulo: plan.modulus)
    }
  }

  /// Subtracts `other` from this polynomial.
  ///
  /// requires: equal bases.
  public mutating func subtract(_ other: borrowing RNSPolynomial) {
    precondition(basis == other.basis, "polynomials of different bases")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.subtractInPlace(&limb, other.limb(index), modulo: plan.modulus)
    }
  }

  /// Changes the sign of every coefficient.
  public mutating func negate() {
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.negateInPlace(&limb, modulo: plan.modulus)
    }
  }

  /// Multiplies by the integer whose residues are `scalars`, one canonical residue a prime.
  public mutating func multiply(byResidues scalars: [UInt64]) {
    precondition(scalars.count == basis.limbCount, "one residue for each prime")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.multiplyScalarInPlace(&limb, by: scalars[index], modulo: plan.modulus)
    }
  }

  /// Adds `other` times the integer whose residues are `scalars`, one canonical residue a prime.
  public mutating func addProduct(_ other: borrowing RNSPolynomial, byResidues scalars: [UInt64]) {
    precondition(basis == other.basis && scalars.count == basis.limbCount, "polynomials of different bases")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.multiplyScalarAccumulate(&limb, other.limb(index), by: scalars[index], modulo: plan.modulus)
    }
  }

  /// The sum of two polynomials of one basis.
  public static func + (lhs: borrowing RNSPolynomial, rhs: borrowing RNSPolynomial) -> RNSPolynomial {
    var result = copy lhs
    result.add(rhs)
    return result
  }

  /// The difference of two polynomials of one basis.
  public static func - (lhs: borrowing RNSPolynomial, rhs: borrowing RNSPolynomial) -> RNSPolynomial {
    var result = copy lhs
    result.subtract(rhs)
    return result
  }
}

extension RNSPolynomial {
  /// Transforms every limb in place.
  fileprivate mutating func transform(
    parallelism: Parallelism, _ body: @Sendable (NTTPlan, inout MutableSpan<UInt64>) -> Void
  ) {
    makeUnique()
    let (storage, plans, degree) = (storage, basis.plans, degree)
    concurrentFor(plans.count, parallelism: parallelism) { index, _ in
      var words = storage.mutableWords(index * degree..<(index + 1) * degree)
      body(plans[index], &words)
    }
  }
}

extension RNSPolynomial where Domain == Evaluation {
  /// Multiplies by `other` modulo X^N + 1.
  ///
  /// requires: `other` of this basis or of a longer one that starts with it.
  public mutating func multiply(by other: borrowing RNSPolynomial) {
    precondition(other.basis.hasPrefix(basis), "polynomials of different bases")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.multiplyInPlace(&limb, other.limb(index), modulo: plan.modulus)
    }
  }

  /// Adds `lhs` · `rhs` modulo X^N + 1.
  ///
  /// requires: both of this basis or of longer ones that start with it.
  public mutating func addProduct(_ lhs: borrowing RNSPolynomial, _ rhs: borrowing RNSPolynomial) {
    precondition(lhs.basis.hasPrefix(basis) && rhs.basis.hasPrefix(basis), "polynomials of different bases")
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      plan.backend.multiplyAccumulate(&limb, lhs.limb(index), rhs.limb(index), modulo: plan.modulus)
    }
  }

  /// The product modulo X^N + 1 of two polynomials of one basis.
  public static func * (lhs: borrowing RNSPolynomial, rhs: borrowing RNSPolynomial) -> RNSPolynomial {
    var result = copy lhs
    result.multiply(by: rhs)
    return result
  }

  /// The same polynomial in coefficient form: one inverse transform a limb, in place where the storage is not shared.
  public consuming func coefficientForm() -> RNSPolynomial<Coefficient> {
    coefficientForm(parallelism: .none)
  }

  /// The same, its limbs shared by several threads.
  package consuming func coefficientForm(parallelism: Parallelism) -> RNSPolynomial<Coefficient> {
    transform(parallelism: parallelism) { $0.inverse(&$1) }
    return reinterpreted(as: Coefficient.self)
  }
}

extension RNSPolynomial where Domain == Coefficient {
  /// The same polynomial in evaluation form: one transform a limb, in place where the storage is not shared.
  public consuming func evaluationForm() -> RNSPolynomial<Evaluation> {
    evaluationForm(parallelism: .none)
  }

  /// The same, its limbs shared by several threads.
  package consuming func evaluationForm(parallelism: Parallelism) -> RNSPolynomial<Evaluation> {
    transform(parallelism: parallelism) { $0.forward(&$1) }
    return reinterpreted(as: Evaluation.self)
  }

  /// A polynomial of small integer coefficients: two's complement words, |word| < every prime.
  ///
  /// Constant time.
  package init(signedWords: borrowing Span<UInt64>, basis: RNSBasis, zeroising: Bool = false) {
    precondition(signedWords.count == basis.degree, "one word for each coefficient")
    self.init(uninitializedIn: basis, zeroising: zeroising)
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      PolynomialKernels.signedToResidues(&limb, signedWords, modulo: plan.modulus)
    }
  }

  /// A polynomial of integer coefficients, two's complement words of any size, reduced modulo every prime.
  package init(reducingSignedWords words: borrowing Span<UInt64>, basis: RNSBasis, zeroising: Bool = false) {
    precondition(words.count == basis.degree, "one word for each coefficient")
    self.init(uninitializedIn: basis, zeroising: zeroising)
    for (index, plan) in basis.plans.enumerated() {
      var limb = mutableLimb(index)
      PolynomialKernels.reduceSignedWords(&limb, words, modulo: plan.modulus)
    }
  }
}
