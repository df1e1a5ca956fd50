// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a request for moduli.
public enum ModularArithmeticError: Error, Sendable, Hashable {
  /// The ring degree is not a power of two that the transforms take.
  case unsupportedDegree(Int)

  /// Primes of that many bits were asked for, outside 2 … 62.
  case unsupportedBitWidth(Int)

  /// There are only `found` primes ≡ 1 modulo 2·`degree` below 2^`bits` that were not excluded.
  case notEnoughPrimes(requested: Int, found: Int, bits: Int, degree: Int)
}

extension ModularArithmeticError: CustomStringConvertible {
  /// What was asked for, and what to ask for instead.
  public var description: String {
    switch self {
    case .unsupportedDegree(let degree):
      "ring degree \(degree) is not a power of two from 8 to 131072; choose one that is"
    case .unsupportedBitWidth(let bits):
      "moduli of \(bits) bits are not supported; choose a width from 2 to 62"
    case .notEnoughPrimes(let requested, let found, let bits, let degree):
      "\(requested) primes = 1 modulo \(2 * degree) below 2^\(bits) were asked for, and there are only \(found); "
        + "choose wider primes or a smaller ring degree"
    }
  }
}
