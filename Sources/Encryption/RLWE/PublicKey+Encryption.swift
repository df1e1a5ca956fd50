// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing
internal import Randomness

extension PublicKey {
  /// A fresh encryption of zero: (p₀·u + e₀, p₁·u + e₁), u ternary.
  package func encryptZero() -> Ciphertext<Coefficient> {
    let zero = RNSPolynomial<Evaluation>(zeroIn: parameters.basis)
    return rerandomize(Ciphertext(parameters: parameters, key: key, c0: zero, c1: zero, noise: .zero))
  }

  /// Adds a fresh encryption of zero to a ciphertext of the same parameters and key, in the basis of its primes.
  ///
  /// u, e₀ and e₁ are drawn here and used once. The products with u are accumulated into the ciphertext and the errors are
  /// added in place, so that no intermediate from which u follows outlives the call.
  package func rerandomize(_ ciphertext: consuming Ciphertext<Evaluation>) -> Ciphertext<Coefficient> {
    let basis = ciphertext.basis
    let noise = ciphertext.noise + .publicKeyEncryption(degree: basis.degree)
    var entropy = RandomStream.system()
    let u = SecretCoefficients(ternaryOfDegree: basis.degree, from: &entropy).residues(in: basis).evaluationForm()
    let e0 = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis)
    let e1 = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis)
    ciphertext.c0.addProduct(u.polynomial, p0)
    ciphertext.c1.addProduct(u.polynomial, p1)
    var result = ciphertext.coefficientForm()
    result.c0.add(e0.polynomial)
    result.c1.add(e1.polynomial)
    result.noise = noise
    return result
  }
}

extension Ciphertext where Domain == Coefficient {
  /// Adds to each coefficient of c₀ an integer drawn uniformly from [−2^bits, 2^bits), 0 ≤ bits ≤ 120.
  package mutating func addNoise(floodBits bits: Int) {
    precondition((0...120).contains(bits), "flooding by 2^\(bits)")
    let degree = parameters.degree
    var entropy = RandomStream.system()
    // v = low + 2^62·high with low in [0, 2^62) and high in [−2^(bits−62), 2^(bits−62)), or just one signed word.
    let lowBits = min(bits + 1, 62)
    let highBits = bits + 1 - lowBits
    let words = AlignedStorage(count: degree, zeroising: true)
    var span = words.mutableWords(0..<degree)
    entropy.fillUniformBits(&span, bits: lowBits)
    if highBits == 0 {
      for index in 0..<degree { span[index] = span[index] &- (UInt64(1) << UInt64(bits)) }
    }
    c0.add(RNSPolynomial(reducingSignedWords: span.span, basis: basis, zeroising: true))
    if highBits > 0 {
      entropy.fillUniformBits(&span, bits: highBits)
      for index in 0..<degree { span[index] = span[index] &- (UInt64(1) << UInt64(highBits - 1)) }
      let high = RNSPolynomial<Coefficient>(reducingSignedWords: span.span, basis: basis, zeroising: true)
      c0.addProduct(high, byResidues: basis.moduli.map { $0.reduce(1 << 62) })
    }
    noise = noise + NoiseBound(log2Deviation: -.infinity, log2Bounded: Double(bits), independent: true)
  }
}
