// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing
internal import Randomness

extension PublicKey {
  /// A fresh encryption of zero: (p₀·u + e₀, p₁·u + e₁), u ternary.
  ///
  /// - Parameter limbs: How many primes the ciphertext has; all of them if nil.
  package func encryptZero(limbs: Int? = nil) -> Ciphertext<Coefficient> {
    let zero = RNSPolynomial<Evaluation>(zeroIn: parameters.basis(limbs: limbs ?? parameters.limbCount))
    return rerandomize(Ciphertext(parameters: parameters, key: key, c0: zero, c1: zero, noise: .zero))
  }

  /// A fresh encryption of a scaled message, in evaluation form and in the message's basis: (p₀·u + e₀ + m, p₁·u + e₁).
  ///
  /// u, e₀ and e₁ are drawn here and used once.
  /// - Parameter message: Modulo the first primes of the parameters.
  package func encryptInEvaluationForm(_ message: borrowing RNSPolynomial<Coefficient>) -> Ciphertext<Evaluation> {
    let basis = message.basis
    var entropy = RandomStream.system()
    let u = SecretCoefficients(ternaryOfDegree: basis.degree, from: &entropy).residues(in: basis).evaluationForm()
    let e0 = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis)
    let e1 = SecretCoefficients(errorOfDegree: basis.degree, from: &entropy).residues(in: basis)
    // p·u is added to the errors and is never alone in memory; the words that held the errors end as the ciphertext's.
    var sum0 = RNSPolynomial(basis: basis, copying: e0.polynomial)
    sum0.add(message)
    let sum1 = RNSPolynomial(basis: basis, copying: e1.polynomial)
    let words = [ObjectIdentifier(sum0.storage), ObjectIdentifier(sum1.storage)]
    var c0 = (consume sum0).evaluationForm()
    var c1 = (consume sum1).evaluationForm()
    c0.addProduct(u.polynomial, p0)
    c1.addProduct(u.polynomial, p1)
    assert([ObjectIdentifier(c0.storage), ObjectIdentifier(c1.storage)] == words, "an error was copied")
    return Ciphertext(
      parameters: parameters, key: key, c0: c0, c1: c1, noise: .publicKeyEncryption(degree: basis.degree))
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
    // In the same words, as for the symmetric encryption: a copy without the errors would give u away.
    let words = [ObjectIdentifier(ciphertext.c0.storage), ObjectIdentifier(ciphertext.c1.storage)]
    var result = (consume ciphertext).coefficientForm()
    result.c0.add(e0.polynomial)
    result.c1.add(e1.polynomial)
    assert([ObjectIdentifier(result.c0.storage), ObjectIdentifier(result.c1.storage)] == words, "p·u was copied")
    result.noise = noise
    return result
  }
}

extension Ciphertext where Domain == Coefficient {
  /// Adds to the coefficients of c₀ in `ranges` integers drawn uniformly from [−2^bits, 2^bits), 0 ≤ bits ≤ 120.
  ///
  /// The integers stay in storage that is zeroised. The noise bound afterwards is that of the flooded coefficients.
  package mutating func addNoise(floodBits bits: Int, ranges: [Range<Int>]) {
    precondition((0...120).contains(bits), "flooding by 2^\(bits)")
    let degree = parameters.degree
    var entropy = RandomStream.system()
    // v = low + 2^62·high with low in [0, 2^62) and high in [−2^(bits−62), 2^(bits−62)), or just one signed word.
    let lowBits = min(bits + 1, 62)
    let highBits = bits + 1 - lowBits
    let words = AlignedStorage(count: degree, zeroising: true)
    let residues = AlignedStorage(count: degree, zeroising: true)
    for range in ranges where !range.isEmpty {
      var span = words.mutableWords(range)
      entropy.fillUniformBits(&span, bits: lowBits)
      if highBits == 0 { Self.subtract(UInt64(1) << UInt64(bits), from: &span) }
      for (index, plan) in basis.plans.enumerated() {
        var reduced = residues.mutableWords(range)
        PolynomialKernels.reduceSignedWords(&reduced, span.span, modulo: plan.modulus)
        var limb = c0.mutableLimb(index)
        var part = limb._mutatingExtracting(range)
        plan.backend.addInPlace(&part, reduced.span, modulo: plan.modulus)
      }
      guard highBits > 0 else { continue }
      entropy.fillUniformBits(&span, bits: highBits)
      Self.subtract(UInt64(1) << UInt64(highBits - 1), from: &span)
      for (index, plan) in basis.plans.enumerated() {
        var reduced = residues.mutableWords(range)
        PolynomialKernels.reduceSignedWords(&reduced, span.span, modulo: plan.modulus)
        var limb = c0.mutableLimb(index)
        var part = limb._mutatingExtracting(range)
        plan.backend.multiplyScalarAccumulate(
          &part, reduced.span, by: plan.modulus.reduce(1 << 62), modulo: plan.modulus)
      }
    }
    let flooded = noise + NoiseBound(log2Deviation: -.infinity, log2Bounded: Double(bits), independent: true)
    // One number, rounded up to a 64th of a bit: the exact bound would tell the norms of what the ciphertext was multiplied by.
    let magnitude = flooded.log2Magnitude(degree: degree, failure: .release)
    noise = NoiseBound(
      log2Deviation: -.infinity, log2Bounded: (magnitude * 64).rounded(.up) / 64, independent: false)
  }

  /// Two's complement subtraction of one word from each.
  private static func subtract(_ offset: UInt64, from words: inout MutableSpan<UInt64>) {
    for index in 0..<words.count { words[index] = words[index] &- offset }
  }
}
