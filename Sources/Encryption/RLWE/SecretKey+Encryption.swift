// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing
package import Randomness

extension SecretKey {
  /// A fresh symmetric encryption of zero: (−a·s + e, seed of a).
  ///
  /// The error and the seed are drawn here and used once, so no two ciphertexts can share them.
  /// - Parameter limbs: How many primes the ciphertext has; all of them if nil.
  package borrowing func encryptZero(limbs: Int? = nil) -> SeededCiphertext {
    let basis = parameters.basis(limbs: limbs ?? parameters.limbCount)
    let seed = Seed.random()
    var c0 = SeededCiphertext.uniformHalf(of: seed, basis: basis)
    c0.multiply(by: evaluation.polynomial)
    c0.negate()
    var entropy = RandomStream.system()
    let error = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis)
    // The error covers a·s in the very words that held it; a copy of a·s left in memory would give the secret away.
    let words = ObjectIdentifier(c0.storage)
    var result = (consume c0).coefficientForm()
    result.add(error.polynomial)
    assert(ObjectIdentifier(result.storage) == words, "a·s was copied")
    return SeededCiphertext(
      parameters: parameters, key: identifier, c0: result, seed: seed, noise: .freshError)
  }

  /// A fresh symmetric encryption of a scaled message, in evaluation form and in the message's basis: (−a·s + e + m, seed of a).
  ///
  /// The error and the seed are drawn here and used once.
  /// - Parameter message: Modulo the first primes of the parameters.
  package borrowing func encryptInEvaluationForm(
    _ message: borrowing RNSPolynomial<Coefficient>
  ) -> (c0: RNSPolynomial<Evaluation>, seed: Seed) {
    let basis = message.basis
    let seed = Seed.random()
    let a = SeededCiphertext.uniformHalf(of: seed, basis: basis)
    var entropy = RandomStream.system()
    let error = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis)
    // a·s is added to what hides it and is never alone in memory; the words that held e + m end as the ciphertext's.
    var sum = RNSPolynomial(basis: basis, copying: error.polynomial)
    sum.add(message)
    sum.negate()
    let words = ObjectIdentifier(sum.storage)
    var result = (consume sum).evaluationForm()
    result.addProduct(a, evaluation.polynomial)
    result.negate()
    assert(ObjectIdentifier(result.storage) == words, "e + m was copied")
    return (result, seed)
  }

  /// c₀ + c₁·s: the scaled message and the noise.
  package borrowing func phase(of ciphertext: borrowing Ciphertext<Evaluation>) -> SecretPolynomial<Coefficient> {
    Self.phase(c0: ciphertext.c0, c1: ciphertext.c1, secret: evaluation)
  }

  /// c₀ + c₁·s: the scaled message and the noise.
  package borrowing func phase(of ciphertext: borrowing Ciphertext<Coefficient>) -> SecretPolynomial<Coefficient> {
    Self.phase(c0: ciphertext.c0, c1: ciphertext.c1, secret: evaluation)
  }

  /// c₀ + c₁·s with a secret in the ciphertext's basis or a longer one.
  package static func phase(
    c0: borrowing RNSPolynomial<Evaluation>, c1: borrowing RNSPolynomial<Evaluation>,
    secret: borrowing SecretPolynomial<Evaluation>
  ) -> SecretPolynomial<Coefficient> {
    var sum = RNSPolynomial<Evaluation>(zeroIn: c0.basis, zeroising: true)
    sum.add(c0)
    sum.addProduct(c1, secret.polynomial)
    return SecretPolynomial((consume sum).coefficientForm())
  }

  /// c₀ + c₁·s for halves in coefficient form: two transforms a limb.
  package static func phase(
    c0: borrowing RNSPolynomial<Coefficient>, c1: RNSPolynomial<Coefficient>,
    secret: borrowing SecretPolynomial<Evaluation>
  ) -> SecretPolynomial<Coefficient> {
    var product = RNSPolynomial<Evaluation>(zeroIn: c0.basis, zeroising: true)
    product.addProduct(c1.evaluationForm(), secret.polynomial)
    var sum = (consume product).coefficientForm()
    sum.add(c0)
    return SecretPolynomial(sum)
  }
}
