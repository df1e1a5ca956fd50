// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing
public import Randomness

/// A pair (c₀, c₁) with c₀ + c₁·s = (scaled message) + noise modulo the primes of its basis.
public struct Ciphertext<Domain: PolynomialDomain>: Sendable {
  /// The set it belongs to.
  public let parameters: RLWEParameters

  /// The key that opens it.
  public let key: KeyIdentifier

  /// The part that holds the message.
  public package(set) var c0: RNSPolynomial<Domain>

  /// The part that multiplies the secret.
  public package(set) var c1: RNSPolynomial<Domain>

  /// What is known of its noise.
  public package(set) var noise: NoiseBound

  package init(
    parameters: RLWEParameters, key: KeyIdentifier, c0: consuming RNSPolynomial<Domain>,
    c1: consuming RNSPolynomial<Domain>, noise: NoiseBound
  ) {
    precondition(c0.basis == c1.basis, "halves of different bases")
    self.parameters = parameters
    self.key = key
    self.c0 = c0
    self.c1 = c1
    self.noise = noise
  }

  /// The primes it is written in: those of the parameters, or their first few after modulus switching.
  public var basis: RNSBasis { c0.basis }

  /// How many primes it is written in.
  public var limbCount: Int { c0.limbCount }

  /// log2 of its modulus.
  public var log2Modulus: Double { basis.log2Product }

  /// Whether c₁ is zero, so that anybody can read the message: the result of a multiplication by zero, for example.
  ///
  /// Such a ciphertext computes like any other. Before it leaves, add a fresh encryption of zero.
  public var isTransparent: Bool {
    let words = c1.allLimbs()
    for index in words.indices where words[index] != 0 { return false }
    return true
  }

  /// Throws unless the two can be combined.
  package func requireCompatible(_ other: borrowing Ciphertext) throws(RLWEError) {
    guard parameters == other.parameters else {
      throw .parametersMismatch(expected: parameters.digest, found: other.parameters.digest)
    }
    guard key == other.key else { throw .wrongKey }
    guard basis == other.basis else { throw .levelMismatch(lhs: limbCount, rhs: other.limbCount) }
  }
}

extension Ciphertext where Domain == Coefficient {
  /// The same in evaluation form.
  public consuming func evaluationForm() -> Ciphertext<Evaluation> {
    Ciphertext<Evaluation>(
      parameters: parameters, key: key, c0: c0.take().evaluationForm(), c1: c1.take().evaluationForm(), noise: noise)
  }
}

extension Ciphertext where Domain == Evaluation {
  /// The same in coefficient form.
  public consuming func coefficientForm() -> Ciphertext<Coefficient> {
    Ciphertext<Coefficient>(
      parameters: parameters, key: key, c0: c0.take().coefficientForm(), c1: c1.take().coefficientForm(), noise: noise)
  }
}

/// A fresh ciphertext whose uniform half is only a seed: half the size on the wire.
public struct SeededCiphertext: Sendable {
  /// Labels the stream that expands the uniform half.
  ///
  /// Part of the wire format.
  package static let streamLabel = "ciphertext/uniform"

  /// The set it belongs to.
  public let parameters: RLWEParameters

  /// The key that opens it.
  public let key: KeyIdentifier

  /// The part that holds the message.
  public internal(set) var c0: RNSPolynomial<Coefficient>

  /// Expands to c₁, in evaluation form.
  ///
  /// Used once.
  public let seed: Seed

  /// What is known of its noise.
  public internal(set) var noise: NoiseBound

  /// How many primes it is written in.
  public var limbCount: Int { c0.limbCount }

  package init(
    parameters: RLWEParameters, key: KeyIdentifier, c0: consuming RNSPolynomial<Coefficient>, seed: Seed,
    noise: NoiseBound
  ) {
    self.parameters = parameters
    self.key = key
    self.c0 = c0
    self.seed = seed
    self.noise = noise
  }

  /// Expands the seed.
  public consuming func expanded() -> Ciphertext<Evaluation> {
    let c1 = Self.uniformHalf(of: seed, basis: c0.basis)
    return Ciphertext(parameters: parameters, key: key, c0: c0.take().evaluationForm(), c1: c1, noise: noise)
  }

  package static func uniformHalf(of seed: Seed, basis: RNSBasis) -> RNSPolynomial<Evaluation> {
    var stream = RandomStream(seed: seed, label: streamLabel)
    return RNSPolynomial(uniformIn: basis, from: &stream)
  }
}
