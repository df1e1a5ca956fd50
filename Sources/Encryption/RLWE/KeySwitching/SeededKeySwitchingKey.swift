// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing
package import Randomness

/// A key that brings ciphertexts from a secret s′ to a secret s, as it is made and sent: for each digit d the half k₀ =
/// −(a·s + e) + f·s′, with f the digit's factor, and one seed for all halves a.
///
/// Half the size of the key in use, and written once. Every limb of every digit has a stream of its own, so that a key cut
/// down to fewer primes is a part of the whole.
package struct SeededKeySwitchingKey: Sendable {
  /// The set it was made for.
  package let parameters: RLWEParameters

  /// How many primes of Q it covers: ciphertexts of as many, or fewer, can be switched.
  package let limbCount: Int

  /// Expands to the halves a.
  package let seed: Seed

  /// k₀ of each digit, modulo the first `limbCount` primes and the special ones.
  package let halves: [RNSPolynomial<Evaluation>]

  package init(
    parameters: RLWEParameters, limbCount: Int, seed: Seed, halves: [RNSPolynomial<Evaluation>]
  ) {
    self.parameters = parameters
    self.limbCount = limbCount
    self.seed = seed
    self.halves = halves
  }

  /// Labels the stream of one limb of one half a.
  ///
  /// Part of the wire format.
  static func streamLabel(digit: Int, modulus: Modulus) -> String {
    "evaluation-key/uniform/\(digit)/\(modulus.value)"
  }

  /// Fills one limb of one half a.
  static func fillUniform(
    _ words: inout MutableSpan<UInt64>, seed: borrowing Seed, digit: Int, modulus: Modulus
  ) {
    var stream = RandomStream(seed: seed, label: streamLabel(digit: digit, modulus: modulus))
    stream.fillUniform(&words, below: modulus.value)
  }

  /// Makes a key with fresh randomness.
  ///
  /// - Parameters:
  ///   - context: The key switching of `parameters`.
  ///   - source: s′, modulo at least the first `limbCount` primes.
  ///   - target: s in evaluation form, modulo the key basis of `limbCount` primes.
  init(
    parameters: RLWEParameters, context: KeySwitchingContext, limbCount: Int,
    from source: borrowing SecretPolynomial<Evaluation>, to target: borrowing SecretPolynomial<Evaluation>,
    parallelism: Parallelism
  ) {
    let basis = context.keyBasis(limbs: limbCount)
    precondition(target.basis == basis && source.basis.limbCount >= limbCount, "secrets of another basis")
    let seed = Seed.random()
    let count = context.digitCount(limbs: limbCount)
    let halves = (0..<count).map { _ in RNSPolynomial<Evaluation>(uninitializedIn: basis, zeroising: true) }
    let (targetWords, sourceWords) = (target.polynomial.storage, source.polynomial.storage)
    let degree = basis.degree
    concurrentFor(count, parallelism: parallelism) { digit, _ in
      let half = halves[digit].storage
      var entropy = RandomStream.system()
      let error = SecretCoefficients(errorOfDegree: degree, from: &entropy).residues(in: basis).evaluationForm()
      let gadget = context.digits[digit]
      for (limb, plan) in basis.plans.enumerated() {
        let range = limb * degree..<(limb + 1) * degree
        let (backend, q) = (plan.backend, plan.modulus)
        var words = half.mutableWords(range)
        Self.fillUniform(&words, seed: seed, digit: digit, modulus: q)
        backend.multiplyInPlace(&words, targetWords.words(range), modulo: q)
        backend.addInPlace(&words, error.polynomial.storage.words(range), modulo: q)
        backend.negateInPlace(&words, modulo: q)
        if limb < limbCount, gadget.limbs.contains(limb) {
          backend.multiplyScalarAccumulate(
            &words, sourceWords.words(range), by: gadget.factors[limb - gadget.limbs.lowerBound], modulo: q)
        }
      }
    }
    // What is published needs no overwriting; a copy, so that the words that once held a·s are overwritten.
    self.init(
      parameters: parameters, limbCount: limbCount, seed: seed,
      halves: halves.map { RNSPolynomial(basis: basis, copying: $0) })
  }

  /// The key for fewer primes: a part of this one.
  package func trimmed(limbCount limbs: Int) -> SeededKeySwitchingKey {
    precondition((1...limbCount).contains(limbs), "a key of \(limbCount) primes cannot cover \(limbs)")
    guard limbs < limbCount, let context = parameters.keySwitching else { return self }
    let basis = context.keyBasis(limbs: limbs)
    let special = limbCount..<halves[0].limbCount
    return SeededKeySwitchingKey(
      parameters: parameters, limbCount: limbs, seed: seed,
      halves: halves.prefix(context.digitCount(limbs: limbs)).map {
        RNSPolynomial(basis: basis, limbs: Array(0..<limbs) + Array(special), of: $0)
      })
  }
}
