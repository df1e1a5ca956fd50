// SPDX-License-Identifier: Apache-2.0

import CGMP

extension BigInteger {
  /// Quotient rounded down, and the remainder with the sign of the divisor.
  ///
  /// - Parameter divisor: Not zero.
  /// - Returns: q and r with self = q·divisor + r and |r| < |divisor|.
  public func floorQuotientAndRemainder(
    dividingBy divisor: BigInteger
  ) -> (quotient: BigInteger, remainder: BigInteger) {
    precondition(!divisor.isZero, "division of an integer by zero")
    let quotient = Storage()
    let remainder = Storage()
    unsafe cgmp_divide_floor(quotient.pointer, remainder.pointer, storage.pointer, divisor.storage.pointer)
    return (BigInteger(quotient), BigInteger(remainder))
  }

  /// Quotient rounded towards zero, and the remainder with the sign of the dividend.
  ///
  /// - Parameter divisor: Not zero.
  /// - Returns: q and r with self = q·divisor + r and |r| < |divisor|.
  public func truncatingQuotientAndRemainder(
    dividingBy divisor: BigInteger
  ) -> (quotient: BigInteger, remainder: BigInteger) {
    precondition(!divisor.isZero, "division of an integer by zero")
    let quotient = Storage()
    let remainder = Storage()
    unsafe cgmp_divide_truncate(quotient.pointer, remainder.pointer, storage.pointer, divisor.storage.pointer)
    return (BigInteger(quotient), BigInteger(remainder))
  }

  /// The residue modulo a positive integer, for dividends of either sign.
  ///
  /// - Parameter modulus: At least 1.
  /// - Returns: The residue in [0, modulus).
  public func modulo(_ modulus: BigInteger) -> BigInteger {
    precondition(modulus.signum > 0, "a modulus is at least 1, not \(modulus)")
    return unsafe BigInteger.make { unsafe cgmp_modulo($0, storage.pointer, modulus.storage.pointer) }
  }

  /// The residue modulo a positive integer, for dividends of either sign.
  ///
  /// - Parameter modulus: At least 1.
  /// - Returns: The residue in [0, modulus).
  public func residue(modulo modulus: UInt64) -> UInt64 {
    modulo(BigInteger(modulus)).lowWord
  }

  /// The residue of smallest magnitude modulo a positive integer.
  ///
  /// - Parameter modulus: At least 1.
  /// - Returns: The residue in (-modulus/2, modulus/2].
  public func centeredResidue(modulo modulus: BigInteger) -> BigInteger {
    let residue = modulo(modulus)
    return residue.shiftedLeft(by: 1) > modulus ? residue - modulus : residue
  }

  /// The quotient rounded to nearest.
  ///
  /// - Parameter divisor: Not zero.
  /// - Returns: The integer nearest to self / divisor; halves are rounded away from zero.
  public func dividedRoundingToNearest(by divisor: BigInteger) -> BigInteger {
    precondition(!divisor.isZero, "division of an integer by zero")
    let size = divisor.magnitude
    let quotient = (magnitude.shiftedLeft(by: 1) + size)
      .floorQuotientAndRemainder(dividingBy: size.shiftedLeft(by: 1)).quotient
    return signum * divisor.signum < 0 ? -quotient : quotient
  }
}
