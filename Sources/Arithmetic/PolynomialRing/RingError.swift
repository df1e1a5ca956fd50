// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with the numbers that a ring is asked to be built from.
public enum RingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The degree is not a power of two between 8 and 131072.
  case unsupportedDegree(Int)
  /// The modulus is not a prime that is 1 modulo 2N.
  case notAnNTTPrime(modulus: UInt64, degree: Int)
  /// The same prime is there twice.
  case repeatedModulus(UInt64)
  /// There are no primes, or more than 64.
  case limbCount(Int)
  /// This processor or this build lacks the instructions asked for, or they do not take so wide a prime.
  case unavailableInstructionSet(String)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .unsupportedDegree(let degree):
      "ring degree \(degree) is not supported; take a power of two between 8 and 131072"
    case .notAnNTTPrime(let modulus, let degree):
      "\(modulus) is not a prime of the form 2·\(degree)·k + 1, which the transform of degree \(degree) needs; take primes of that "
        + "form, as planned parameters have them"
    case .repeatedModulus(let modulus):
      "the prime \(modulus) is listed twice, special primes included; residues modulo the same prime carry nothing new: "
        + "replace one by another prime"
    case .limbCount(let count):
      "a basis of \(count) primes; take 1 to 64, wider ones where those are too few"
    case .unavailableInstructionSet(let name):
      "the \(name) kernels are not available on this processor for a prime of this width; leave the choice to the "
        + "library (.automatic), or take narrower primes"
    }
  }
}
