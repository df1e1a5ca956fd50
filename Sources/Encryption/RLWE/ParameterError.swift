// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing

/// Why a set of parameters was refused.
public enum ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The ring cannot be built.
  case ring(RingError)
  /// The modulus is too large for the security level.
  case insecure(degree: Int, modulusBits: Int, limit: Int, level: SecurityLevel)
  /// The security table has no row for this degree.
  case degreeWithoutEstimate(degree: Int, level: SecurityLevel)
  /// The plaintext modulus is out of range for these primes.
  case plaintextModulus(UInt64, reason: String)
  /// The modulus of compressed replies is unusable.
  case replyModulus(UInt64, reason: String)
  /// The scale, or the primes of a level, cannot be used.
  case scale(String)
  /// No parameters do what is asked for.
  case unplannable(String)
  /// Key switching cannot be done as asked.
  case keySwitching(String)

  /// What is wrong, and what would be right.
  public var description: String {
    switch self {
    case .ring(let error):
      error.description
    case .insecure(let degree, let modulusBits, let limit, let level):
      "a modulus of \(modulusBits) bits at ring degree \(degree) is not \(level.rawValue): the limit is \(limit) bits; "
        + "use fewer or smaller primes, or a larger degree"
    case .degreeWithoutEstimate(let degree, let level):
      "there is no security estimate of \(level.rawValue) for ring degree \(degree); take a larger degree, up to 131072, or "
        + "another security level"
    case .plaintextModulus(let value, let reason):
      "plaintext modulus \(value): \(reason)"
    case .replyModulus(let value, let reason):
      "reply modulus \(value): \(reason)"
    case .scale(let reason):
      "scale: \(reason)"
    case .unplannable(let reason):
      "no parameters: \(reason)"
    case .keySwitching(let reason):
      "key switching: \(reason)"
    }
  }
}
