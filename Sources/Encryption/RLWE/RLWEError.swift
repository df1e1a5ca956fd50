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
  /// The scale of a ciphertext alone does not fit under the modulus of its level: products that were not rescaled.
  case scaleExceedsModulus(scaleBits: Double, modulusBits: Double, level: Int)
  /// The numbers of a ciphertext, at its scale, may not fit under its modulus.
  case valuesExceedModulus(neededBits: Double, availableBits: Double)
  /// The numbers, at their scale, are wider integers than are encoded or decrypted, whatever the modulus.
  case valuesTooWide(neededBits: Double, largestBits: Double)
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
  /// A plaintext is prepared for a higher level than the ciphertext has, or for another where levels are not aligned.
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
  /// There is no key for this automorphism, of a ring of that degree.
  case missingGaloisKey(element: Int, degree: Int)
  /// The keys cover fewer primes than the ciphertext has.
  case keysTooShort(keys: Int, ciphertext: Int)
  /// Keys are asked for for more primes than the parameters have, or for none.
  case keyLimbCount(asked: Int, available: Int)
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
      "ciphertexts of \(lhs) and \(rhs) primes, which is of different levels; bring the one with more down first (BFV: "
        + "switchModulus, CKKS: adjust), or let an evaluator do it that aligns levels"
    case .plaintextLevelMismatch(let ciphertext, let plaintext):
      "the plaintext was prepared for \(plaintext) primes and the ciphertext has \(ciphertext); prepare it again from the "
        + "message, for \(ciphertext)"
    case .fewerPrimesThanAskedFor(let ciphertext, let target):
      "the ciphertext has \(ciphertext) primes and cannot be switched to \(target): primes do not come back; encrypt again, or "
        + "switch the other operand down instead"
    case .noPrimeLeft:
      "no prime is left to drop: a ciphertext keeps at least one; take parameters with more primes, or switch less often"
    case .noiseExhausted(let needed, let available):
      "the noise would need \(rounded(needed)) bits and \(rounded(available)) are left; take parameters with a larger "
        + "modulus, or compute less"
    case .scaleExceedsModulus(let scale, let modulus, let level):
      "the scale 2^\(rounded(scale)) does not fit under the modulus of level \(level), 2^\(rounded(modulus)): "
        + (level > 0
          ? "rescale products before they are multiplied again, and encrypt with a smaller scale"
          : "no level is left to rescale with; take parameters with more levels, or a smaller scale")
    case .valuesExceedModulus(let needed, let available):
      "the numbers, as large as they may be by what was declared, need \(rounded(needed)) bits at this scale and the modulus "
        + "has room for \(rounded(available)); declare a smaller bound where you know one, or take parameters with more base "
        + "primes"
    case .valuesTooWide(let needed, let largest):
      "the numbers, as large as they may be by what was declared, take \(rounded(needed)) bits at this scale, and integers of at most "
        + "\(rounded(largest)) are encoded and decrypted; rescale products first, declare a smaller bound where you know one, or "
        + "take a smaller scale"
    case .valueOutOfBound(let bound):
      "a number is larger in absolute value than the declared \(bound); declare the bound when you encrypt"
    case .unusableNumber(let value):
      "\(value) is no factor, summand or bound; those are finite, bounds not negative"
    case .levelTooLow(let level, let needed):
      "the ciphertext is at level \(level), and level \(needed) or more is needed here; levels do not come back: ask for a lower "
        + "one, encrypt again, or take parameters with more levels"
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
      "these parameters have no reply modulus; give them one (replyModulus) where replies are made"
    case .wrongKey:
      "encrypted, or made, under another secret key than what it is used with; use the ciphertexts, public and evaluation keys "
        + "of one secret key, or re-encrypt to it first"
    case .noKeySwitching:
      "these parameters have no key switching, which products of ciphertexts and rotations need; give them special primes, or "
        + "digits of the gadget form (keySwitching)"
    case .missingRelinearizationKey:
      "there is no relinearisation key among the evaluation keys; ask for it when they are made"
    case .missingGaloisKey(let element, let degree):
      "there is no key for \(Self.name(ofElement: element, degree: degree) ?? "")X ↦ X^\(element) among the "
        + "evaluation keys; ask for it (EvaluationKeyRequest) when they are made"
    case .keysTooShort(let keys, let ciphertext):
      "evaluation keys for at most \(keys) primes cannot serve ciphertexts of \(ciphertext); switch the ciphertext down first, "
        + "or make keys for as many primes"
    case .keyLimbCount(let asked, let available):
      "keys are asked for for \(asked) primes (limbCount), and the parameters have \(available); ask for 1 to \(available), or "
        + "leave the number out to have them for all"
    case .foreignGaloisElement(let element, let degree):
      "X ↦ X^\(element) is an automorphism of ring degree \(degree), not of these parameters; make it with their degree"
    case .partCountMismatch(let moduli, let parts):
      "\(parts) ciphertexts or keys for \(moduli) plaintext moduli; give one for each, in the order of the sets"
    }
  }

  /// What users call an automorphism, before its formula; nil where it has no such name.
  ///
  /// A rotation is named by its steps in either direction, since which one was asked for is not known any more.
  private static func name(ofElement value: Int, degree: Int) -> String? {
    let slots = degree / 2
    if value == 2 * degree - 1 { return "the swap of rows (BFV) or complex conjugation (CKKS), " }
    guard
      let steps = (1..<max(1, slots)).first(where: { GaloisElement.rotation(by: $0, degree: degree).value == value })
    else { return nil }
    return "the rotation by \(steps) steps (which is the one by \(steps - slots)), "
  }

  private func rounded(_ bits: Double) -> String {
    "\((bits * 10).rounded() / 10)"
  }
}
