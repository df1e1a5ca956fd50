// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing

/// A product that is not relinearised yet: (c₀, c₁, c₂) with c₀ + c₁·s + c₂·s² = (scaled message) + noise.
///
/// Sums of products are cheapest in this form: they need one relinearisation together.
public struct QuadraticCiphertext<Domain: PolynomialDomain>: Sendable {
  /// The set it belongs to.
  public let parameters: RLWEParameters

  /// The key that opens it.
  public let key: KeyIdentifier

  package var c0: RNSPolynomial<Domain>
  package var c1: RNSPolynomial<Domain>
  package var c2: RNSPolynomial<Domain>

  /// What is known of its noise.
  public package(set) var noise: NoiseBound

  package init(
    parameters: RLWEParameters, key: KeyIdentifier, c0: RNSPolynomial<Domain>, c1: RNSPolynomial<Domain>,
    c2: RNSPolynomial<Domain>, noise: NoiseBound
  ) {
    precondition(c0.basis == c1.basis && c1.basis == c2.basis, "parts of different bases")
    self.parameters = parameters
    self.key = key
    self.c0 = c0
    self.c1 = c1
    self.c2 = c2
    self.noise = noise
  }

  /// How many primes it is written in.
  public var limbCount: Int { c0.limbCount }

  /// log2 of its modulus.
  public var log2Modulus: Double { c0.basis.log2Product }

  package mutating func add(_ other: borrowing QuadraticCiphertext) throws(RLWEError) {
    guard parameters == other.parameters else {
      throw .parametersMismatch(expected: parameters.digest, found: other.parameters.digest)
    }
    guard key == other.key else { throw .wrongKey }
    guard limbCount == other.limbCount else { throw .levelMismatch(lhs: limbCount, rhs: other.limbCount) }
    c0.add(other.c0)
    c1.add(other.c1)
    c2.add(other.c2)
    noise = noise + other.noise
  }
}

extension SecretKey {
  /// c₀ + c₁·s + c₂·s²: the scaled message and the noise.
  package borrowing func phase(of ciphertext: QuadraticCiphertext<Coefficient>) -> SecretPolynomial<Coefficient> {
    var inner = RNSPolynomial<Evaluation>(zeroIn: ciphertext.c0.basis, zeroising: true)
    inner.add(ciphertext.c1.evaluationForm())
    inner.addProduct(ciphertext.c2.evaluationForm(), evaluation.polynomial)
    var sum = RNSPolynomial<Evaluation>(zeroIn: ciphertext.c0.basis, zeroising: true)
    sum.addProduct(inner, evaluation.polynomial)
    var result = (consume sum).coefficientForm()
    result.add(ciphertext.c0)
    return SecretPolynomial(result)
  }

  /// c₀ + c₁·s + c₂·s²: the scaled message and the noise.
  package borrowing func phase(of ciphertext: QuadraticCiphertext<Evaluation>) -> SecretPolynomial<Coefficient> {
    var inner = RNSPolynomial<Evaluation>(zeroIn: ciphertext.c0.basis, zeroising: true)
    inner.add(ciphertext.c1)
    inner.addProduct(ciphertext.c2, evaluation.polynomial)
    var sum = RNSPolynomial<Evaluation>(zeroIn: ciphertext.c0.basis, zeroising: true)
    sum.add(ciphertext.c0)
    sum.addProduct(inner, evaluation.polynomial)
    return SecretPolynomial((consume sum).coefficientForm())
  }
}
