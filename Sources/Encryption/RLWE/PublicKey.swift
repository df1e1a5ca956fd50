// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing
public import Randomness

/// An encryption of zero that lets anybody encrypt: (p₀, p₁) = (−(a·s + e), a), with a expanded from a seed.
public struct PublicKey: Sendable {
  static let streamLabel = "public-key/uniform"

  /// The set it was made for.
  public let parameters: RLWEParameters

  /// The key it belongs to.
  public let key: KeyIdentifier

  /// Expands to p₁.
  public let seed: Seed

  package let p0: RNSPolynomial<Evaluation>
  package let p1: RNSPolynomial<Evaluation>

  package init(parameters: RLWEParameters, key: KeyIdentifier, p0: RNSPolynomial<Evaluation>, seed: Seed) {
    self.parameters = parameters
    self.key = key
    self.seed = seed
    self.p0 = p0
    p1 = Self.uniformHalf(of: seed, basis: parameters.basis)
  }

  private static func uniformHalf(of seed: Seed, basis: RNSBasis) -> RNSPolynomial<Evaluation> {
    var stream = RandomStream(seed: seed, label: streamLabel)
    return RNSPolynomial(uniformIn: basis, from: &stream)
  }

  /// The public key of `secret`, with fresh randomness.
  public init(of secret: borrowing SecretKey) {
    let basis = secret.parameters.basis
    parameters = secret.parameters
    key = secret.identifier
    seed = Seed.random()
    let a = Self.uniformHalf(of: seed, basis: basis)
    var entropy = RandomStream.system()
    let error = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis).evaluationForm()
    var p0 = a
    p0.multiply(by: secret.evaluation.polynomial)
    p0.add(error.polynomial)
    p0.negate()
    self.p0 = p0
    p1 = a
  }
}
