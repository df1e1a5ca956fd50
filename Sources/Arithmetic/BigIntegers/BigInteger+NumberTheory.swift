// SPDX-License-Identifier: Apache-2.0

import CGMP

extension BigInteger {
  /// The power modulo a positive integer.
  ///
  /// - Parameters:
  ///   - exponent: At least 0.
  ///   - modulus: At least 1.
  /// - Returns: self^exponent in [0, modulus).
  public func powerModulo(_ exponent: BigInteger, modulus: BigInteger) -> BigInteger {
    precondition(exponent.signum >= 0, "a modular power needs an exponent of at least 0, not \(exponent)")
    precondition(modulus.signum > 0, "a modulus is at least 1, not \(modulus)")
    return unsafe BigInteger.make {
      unsafe cgmp_power_modulo($0, storage.pointer, exponent.storage.pointer, modulus.storage.pointer)
    }
  }

  /// The inverse modulo a positive integer.
  ///
  /// - Parameter modulus: At least 1; modulo 1 the inverse is 0.
  /// - Returns: The inverse in [0, modulus), or nil where the two have a common factor.
  public func inverse(modulo modulus: BigInteger) -> BigInteger? {
    precondition(modulus.signum > 0, "a modulus is at least 1, not \(modulus)")
    guard modulus > 1 else { return 0 }
    let result = Storage()
    guard unsafe cgmp_invert(result.pointer, storage.pointer, modulus.storage.pointer) != 0 else { return nil }
    return BigInteger(result)
  }

  /// The greatest common divisor, at least 0; gcd(0, 0) is 0.
  public static func gcd(_ lhs: BigInteger, _ rhs: BigInteger) -> BigInteger {
    unsafe make { unsafe cgmp_gcd($0, lhs.storage.pointer, rhs.storage.pointer) }
  }

  /// The least common multiple, at least 0; 0 where either is 0.
  public static func lcm(_ lhs: BigInteger, _ rhs: BigInteger) -> BigInteger {
    unsafe make { unsafe cgmp_lcm($0, lhs.storage.pointer, rhs.storage.pointer) }
  }

  /// Whether the integer is prime.
  ///
  /// A composite passes with probability below 4^-32. False below 2.
  public var isProbablePrime: Bool {
    signum > 0 && (unsafe cgmp_is_probable_prime(storage.pointer, 32)) != 0
  }

  /// The integer with the given residues.
  ///
  /// - Parameters:
  ///   - residues: One word for each modulus, reduced or not.
  ///   - moduli: At least 1 each, pairwise coprime.
  /// - Returns: The one in [0, product of the moduli).
  public static func chineseRemainder(residues: [UInt64], moduli: [UInt64]) -> BigInteger {
    precondition(
      residues.count == moduli.count,
      "Chinese remaindering needs one residue for each of the \(moduli.count) moduli, not \(residues.count)")
    let product = moduli.reduce(BigInteger(1 as UInt64)) { $0 * BigInteger($1) }
    var sum = BigInteger()
    for (residue, word) in zip(residues, moduli) {
      let modulus = BigInteger(word)
      let cofactor = product.floorQuotientAndRemainder(dividingBy: modulus).quotient
      guard let inverse = cofactor.inverse(modulo: modulus) else {
        preconditionFailure("Chinese remaindering needs pairwise coprime moduli; \(word) shares a factor with another")
      }
      sum += cofactor * (BigInteger(residue) * inverse).modulo(modulus)
    }
    return sum.modulo(product)
  }
}
