// SPDX-License-Identifier: Apache-2.0

/// What can be wrong when ciphertexts and keys are used together.
public enum RLWEError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two objects were made with different parameters.
  case parametersMismatch(expected: ParameterDigest, found: ParameterDigest)
  /// Two ciphertexts have different numbers of primes.
  case levelMismatch(lhs: Int, rhs: Int)
  /// A plaintext was prepared for too few primes, or for another number of them where it must be the same.
  case plaintextLevelMismatch(ciphertext: Int, plaintext: Int)
  /// A ciphertext has fewer primes than it should be switched down to.
  case fewerPrimesThanAskedFor(ciphertext: Int, target: Int)
  /// There are not enough primes left to drop any.
  case noPrimeLeft
  /// The result could not be decrypted: its noise would not fit under the plaintext.
  case noiseExhausted(neededBits: Double, availableBits: Double)
  /// The numbers of a ciphertext, at its scale, may not fit under its modulus.
  case valuesExceedModulus(neededBits: Double, availableBits: Double)
  /// A number is larger than what the ciphertext declares.
  case valueOutOfBound(bound: Double)
  /// A factor or summand is infinite or not a number, or a bound is negative.
  case unusableNumber(Double)
  /// A product is due to be rescaled, and no level is left for it.
  case noLevelLeft
  /// A ciphertext is to be brought down to a level, or from one, that it is below.
  case levelTooLow(level: Int, needed: Int)
  /// Two ciphertexts have scales that cannot be made equal, as logarithms.
  case scaleMismatch(lhs: Double, rhs: Double)
  /// A plaintext is prepared for a higher level than the ciphertext has.
  case plaintextLevel(plaintext: Int, ciphertext: Int)
  /// Noise that hides how a result was made would leave nothing of it.
  case releaseTooNoisy(errorBits: Double, allowedBits: Double)
  /// Noise that hides how a result was made would be wider than can be drawn, in bits of its deviation.
  case releaseTooWide(deviationBits: Double, largestBits: Int)
  /// The parameters have no modulus for replies.
  case noReplyModulus
  /// A ciphertext was made with another key.
  case wrongKey
  /// The parameters have no key switching.
  case noKeySwitching
  /// There is no key for products.
  case missingRelinearizationKey
  /// There is no key for this automorphism.
  case missingGaloisKey(element: Int)
  /// The keys cover fewer primes than the ciphertext has.
  case keysTooShort(keys: Int, ciphertext: Int)
  /// An automorphism of a ring of another degree.
  case foreignGaloisElement(element: Int, degree: Int)
  /// There is not one ciphertext or key for each plaintext modulus.
  case partCountMismatch(moduli: Int, parts: Int)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .parametersMismatch(let expected, let found):
      "made with other parameters (\(found)) than these (\(expected)); use objects of one parameter set"
    case .levelMismatch(let lhs, let rhs):
      "ciphertexts of \(lhs) and \(rhs) primes; switch the one with more down first"
    case .plaintextLevelMismatch(let ciphertext, let plaintext):
      "the plaintext was prepared for \(plaintext) primes and the ciphertext has \(ciphertext); prepare it again from the "
        + "message, for \(ciphertext)"
    case .fewerPrimesThanAskedFor(let ciphertext, let target):
      "the ciphertext has \(ciphertext) primes and cannot be switched to \(target): primes do not come back"
    case .noPrimeLeft:
      "the ciphertext has a single prime left, and cannot be switched further down"
    case .noiseExhausted(let needed, let available):
      "the noise would need \(rounded(needed)) bits and \(rounded(available)) are left; take parameters with a larger "
        + "modulus, or compute less"
    case .valuesExceedModulus(let needed, let available):
      "the numbers, as large as they may be by what was declared, need \(rounded(needed)) bits at this scale and the modulus "
        + "has room for \(rounded(available)); declare a smaller bound where you know one, or take parameters with more base "
        + "primes"
    case .valueOutOfBound(let bound):
      "a number is larger in absolute value than the declared \(bound); declare the bound when you encrypt"
    case .unusableNumber(let value):
      "\(value) is no factor, summand or bound; those are finite, bounds not negative"
    case .levelTooLow(let level, let needed):
      "the ciphertext is at level \(level), and level \(needed) or more is needed here"
    case .noLevelLeft:
      "no level is left: every product uses one up, and this ciphertext is at level 0; take parameters with more levels"
    case .scaleMismatch(let lhs, let rhs):
      "scales 2^\(lhs) and 2^\(rhs) differ; rescale one of them, or let the evaluator align them while a level is left"
    case .plaintextLevel(let plaintext, let ciphertext):
      "the plaintext is prepared for level \(plaintext) and the ciphertext is at level \(ciphertext); prepare it for that"
    case .releaseTooNoisy(let error, let allowed):
      "hiding how the result was made would leave an error of 2^\(rounded(error)), above 2^\(rounded(allowed)); take a larger "
        + "scale (two primes a level), or ask for less security or fewer answers"
    case .releaseTooWide(let bits, let largest):
      "hiding how the result was made takes noise of 2^\(rounded(bits)), and at most 2^\(largest) can be drawn; take a smaller "
        + "scale or a shorter computation, or ask for less security or fewer answers"
    case .noReplyModulus:
      "these parameters have no reply modulus; give them one where replies are made"
    case .wrongKey:
      "encrypted under another key"
    case .noKeySwitching:
      "these parameters have no key switching; give them special primes, or digits of the gadget form"
    case .missingRelinearizationKey:
      "there is no relinearisation key among the evaluation keys; ask for it when they are made"
    case .missingGaloisKey(let element):
      "there is no key for X ↦ X^\(element) among the evaluation keys; ask for that rotation when they are made"
    case .keysTooShort(let keys, let ciphertext):
      "the evaluation keys are for at most \(keys) primes and the ciphertext has \(ciphertext); switch it down first, or "
        + "make keys for more primes"
    case .foreignGaloisElement(let element, let degree):
      "X ↦ X^\(element) is an automorphism of ring degree \(degree), not of these parameters"
    case .partCountMismatch(let moduli, let parts):
      "\(parts) ciphertexts or keys for \(moduli) plaintext moduli; give one for each, in the order of the sets"
    }
  }

  private func rounded(_ bits: Double) -> String {
    "\((bits * 10).rounded() / 10)"
  }
}
