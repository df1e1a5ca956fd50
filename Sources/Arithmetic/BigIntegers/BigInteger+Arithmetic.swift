// SPDX-License-Identifier: Apache-2.0

import CGMP

extension BigInteger {
  /// Runs one GMP function that writes into a fresh integer.
  static func make(_ body: (mpz_ptr) -> Void) -> BigInteger {
    let result = Storage()
    unsafe body(result.pointer)
    return BigInteger(result)
  }

  /// The sum.
  public static func + (lhs: BigInteger, rhs: BigInteger) -> BigInteger {
    unsafe make { unsafe cgmp_add($0, lhs.storage.pointer, rhs.storage.pointer) }
  }

  /// The difference.
  public static func - (lhs: BigInteger, rhs: BigInteger) -> BigInteger {
    unsafe make { unsafe cgmp_subtract($0, lhs.storage.pointer, rhs.storage.pointer) }
  }

  /// The product.
  public static func * (lhs: BigInteger, rhs: BigInteger) -> BigInteger {
    unsafe make { unsafe cgmp_multiply($0, lhs.storage.pointer, rhs.storage.pointer) }
  }

  /// The additive inverse.
  public static prefix func - (value: BigInteger) -> BigInteger {
    unsafe make { unsafe cgmp_negate($0, value.storage.pointer) }
  }

  /// Replaces the left operand with the sum.
  public static func += (lhs: inout BigInteger, rhs: BigInteger) {
    lhs = lhs + rhs
  }

  /// Replaces the left operand with the difference.
  public static func -= (lhs: inout BigInteger, rhs: BigInteger) {
    lhs = lhs - rhs
  }

  /// Replaces the left operand with the product.
  public static func *= (lhs: inout BigInteger, rhs: BigInteger) {
    lhs = lhs * rhs
  }

  /// The absolute value.
  public var magnitude: BigInteger {
    unsafe BigInteger.make { unsafe cgmp_absolute($0, storage.pointer) }
  }

  /// The integer raised to a non-negative power; 0^0 is 1.
  public func power(_ exponent: Int) -> BigInteger {
    precondition(exponent >= 0, "a power of an integer needs an exponent of at least 0, not \(exponent)")
    return unsafe BigInteger.make { unsafe cgmp_power($0, storage.pointer, UInt(exponent)) }
  }

  /// The integer times 2^bits.
  public func shiftedLeft(by bits: Int) -> BigInteger {
    precondition(bits >= 0, "a shift needs a count of at least 0, not \(bits)")
    return unsafe BigInteger.make { unsafe cgmp_shift_left($0, storage.pointer, UInt(bits)) }
  }

  /// floor(self / 2^bits), also for negative integers.
  public func shiftedRight(by bits: Int) -> BigInteger {
    precondition(bits >= 0, "a shift needs a count of at least 0, not \(bits)")
    return unsafe BigInteger.make { unsafe cgmp_shift_right($0, storage.pointer, UInt(bits)) }
  }

  /// The integer times 2^bits.
  public static func << (lhs: BigInteger, bits: Int) -> BigInteger {
    lhs.shiftedLeft(by: bits)
  }

  /// floor(lhs / 2^bits), also for negative integers.
  public static func >> (lhs: BigInteger, bits: Int) -> BigInteger {
    lhs.shiftedRight(by: bits)
  }
}
