// SPDX-License-Identifier: Apache-2.0

import CGMP

extension BigInteger {
  /// -1, 0 or 1 as the integer is negative, zero or positive.
  public var signum: Int {
    Int(unsafe cgmp_sign(storage.pointer))
  }

  /// Whether the integer is zero.
  public var isZero: Bool {
    signum == 0
  }

  /// Whether the integer is odd.
  public var isOdd: Bool {
    lowWord & 1 == 1
  }
}

extension BigInteger: Comparable {
  /// Whether both are the same integer.
  public static func == (lhs: BigInteger, rhs: BigInteger) -> Bool {
    unsafe cgmp_compare(lhs.storage.pointer, rhs.storage.pointer) == 0
  }

  /// Whether the left integer is the smaller.
  public static func < (lhs: BigInteger, rhs: BigInteger) -> Bool {
    unsafe cgmp_compare(lhs.storage.pointer, rhs.storage.pointer) < 0
  }
}

extension BigInteger: Hashable {
  /// Feeds the sign and the words of the magnitude.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(signum)
    hasher.combine(words)
  }
}
