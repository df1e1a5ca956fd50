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
    }
  }

  private func rounded(_ bits: Double) -> String {
    "\((bits * 10).rounded() / 10)"
  }
}
