// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing
internal import Randomness

/// Names a key without telling anything of it: 16 random bytes, drawn with the key.
///
/// Ciphertexts and files carry it, so that a wrong key is refused instead of decrypting to garbage.
public struct KeyIdentifier: Hashable, Sendable, CustomStringConvertible {
  /// 16 bytes.
  public let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    precondition(bytes.count == 16)
    self.bytes = bytes
  }

  /// Fresh from the system.
  package static func random() -> KeyIdentifier {
    KeyIdentifier(bytes: Array(Seed.random().bytes.prefix(16)))
  }

  /// The first eight hexadecimal digits, for messages.
  public var description: String {
    ParameterDigest(bytes: bytes + bytes).description
  }
}

/// A uniform ternary secret s, which decrypts.
///
/// Cannot be copied, is zeroised when it goes, and has no description.
public struct SecretKey: ~Copyable, Sendable {
  /// The set it was made for.
  public let parameters: RLWEParameters

  /// Its name.
  public let identifier: KeyIdentifier

  package let coefficients: SecretCoefficients

  /// s in evaluation form, modulo all primes of Q.
  package let evaluation: SecretPolynomial<Evaluation>

  /// Draws a key from the system's entropy.
  public init(parameters: RLWEParameters) {
    var stream = RandomStream.system()
    self.init(
      parameters: parameters, identifier: .random(),
      coefficients: SecretCoefficients(ternaryOfDegree: parameters.degree, from: &stream))
  }

  package init(
    parameters: RLWEParameters, identifier: KeyIdentifier, coefficients: consuming SecretCoefficients
  ) {
    self.parameters = parameters
    self.identifier = identifier
    evaluation = coefficients.residues(in: parameters.basis).evaluationForm()
    self.coefficients = coefficients
  }

  /// s in evaluation form modulo the primes of another basis.
  package borrowing func evaluation(in basis: RNSBasis) -> SecretPolynomial<Evaluation> {
    coefficients.residues(in: basis).evaluationForm()
  }
}
