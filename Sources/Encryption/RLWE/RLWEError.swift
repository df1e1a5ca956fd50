// SPDX-License-Identifier: Apache-2.0

/// What can be wrong when ciphertexts and keys are used together.
public enum RLWEError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two objects were made with different parameters.
  case parametersMismatch(expected: ParameterDigest, found: ParameterDigest)
  /// Two ciphertexts have different numbers of primes.
  case levelMismatch(lhs: Int, rhs: Int)
  /// There are not enough primes left to drop any.
  case noPrimeLeft
  /// The result could not be decrypted: its noise would not fit under the plaintext.
  case noiseExhausted(neededBits: Double, availableBits: Double)
  /// A ciphertext was made with another key.
  case wrongKey

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .parametersMismatch(let expected, let found):
      "made with other parameters (\(found)) than these (\(expected)); use objects of one parameter set"
    case .levelMismatch(let lhs, let rhs):
      "ciphertexts of \(lhs) and \(rhs) primes; switch the one with more down first"
    case .noPrimeLeft:
      "the ciphertext has a single prime left, and cannot be switched further down"
    case .noiseExhausted(let needed, let available):
      "the noise would need \(rounded(needed)) bits and \(rounded(available)) are left; take parameters with a larger "
        + "modulus, or compute less"
    case .wrongKey:
      "encrypted under another key"
    }
  }

  private func rounded(_ bits: Double) -> String {
    "\((bits * 10).rounded() / 10)"
  }
}
