// SPDX-License-Identifier: Apache-2.0

public import Randomness

/// A polynomial that must not be seen: cannot be copied, is overwritten with zeros when it goes, and has no equality and
/// no description.
public struct SecretPolynomial<Domain: PolynomialDomain>: ~Copyable, Sendable {
  package var polynomial: RNSPolynomial<Domain>

  /// Takes over `polynomial`, whose storage must be zeroising.
  package init(_ polynomial: consuming RNSPolynomial<Domain>) {
    precondition(polynomial.storage.isZeroising, "secret in storage that is not zeroised")
    self.polynomial = polynomial
  }

  /// The primes and transforms.
  public var basis: RNSBasis { polynomial.basis }
}

/// N small secret integers as two's complement words: a ternary secret, an error polynomial, before reduction.
public struct SecretCoefficients: ~Copyable, Sendable {
  package let storage: AlignedStorage

  /// Takes over N two's complement words, in storage that must be zeroising.
  package init(storage: AlignedStorage) {
    precondition(storage.isZeroising, "secret in storage that is not zeroised")
    self.storage = storage
  }

  /// Uniform in {−1, 0, 1}.
  public init(ternaryOfDegree degree: Int, from stream: inout RandomStream) {
    let storage = AlignedStorage(count: degree, zeroising: true)
    var words = storage.mutableWords(0..<degree)
    stream.fillTernary(&words)
    self.init(storage: storage)
  }

  /// Centred binomial with η = 21: variance 10.5, values in −21 … 21.
  public init(errorOfDegree degree: Int, from stream: inout RandomStream) {
    let storage = AlignedStorage(count: degree, zeroising: true)
    var words = storage.mutableWords(0..<degree)
    stream.fillCenteredBinomial(&words)
    self.init(storage: storage)
  }

  /// The words, two's complement.
  @_lifetime(borrow self)
  package func words() -> Span<UInt64> {
    let span = storage.words(0..<storage.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The same coefficients modulo every prime of `basis`.
  public borrowing func residues(in basis: RNSBasis) -> SecretPolynomial<Coefficient> {
    SecretPolynomial(RNSPolynomial<Coefficient>(signedWords: words(), basis: basis, zeroising: true))
  }
}

extension SecretPolynomial where Domain == Coefficient {
  /// Adds integer coefficients, two's complement words of any size.
  package mutating func add(reducingSignedWords words: borrowing Span<UInt64>) {
    polynomial.add(RNSPolynomial<Coefficient>(reducingSignedWords: words, basis: basis, zeroising: true))
  }

  /// The same polynomial in evaluation form.
  public consuming func evaluationForm() -> SecretPolynomial<Evaluation> {
    SecretPolynomial<Evaluation>(polynomial.take().evaluationForm())
  }
}

extension SecretPolynomial where Domain == Evaluation {
  /// The square.
  package borrowing func squared() -> SecretPolynomial<Evaluation> {
    var square = polynomial
    square.multiply(by: polynomial)
    return SecretPolynomial(square)
  }

  /// s(X^g).
  package borrowing func applying(
    _ automorphism: GaloisAutomorphism, parallelism: Parallelism = .none
  ) -> SecretPolynomial<Evaluation> {
    SecretPolynomial(polynomial.applying(automorphism, parallelism: parallelism))
  }
}
