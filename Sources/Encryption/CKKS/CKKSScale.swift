// SPDX-License-Identifier: Apache-2.0

internal import RLWE

/// The factor between the numbers that a ciphertext encrypts and the integers that stand for them.
///
/// A positive real number with 128 significant bits: products and quotients are off by less than 2^−126 of themselves, so
/// that after any circuit the scale is known far more exactly than the numbers are. The value is
/// significand · 2^(exponent − 127).
public struct CKKSScale: Hashable, Sendable, CustomStringConvertible {
  /// The highest bit is set.
  let significand: UInt128

  /// floor(log2).
  let exponent: Int

  /// Of all scales that objects may have: far from the ends of what a double holds, further apart than any modulus is wide.
  static let exponents = -500...500

  init(significand: UInt128, exponent: Int) {
    precondition(significand.leadingZeroBitCount == 0, "a scale whose highest bit is not set")
    self.significand = significand
    self.exponent = exponent
  }

  /// Exactly a positive, finite and normal double.
  public init(_ value: Double) {
    precondition(value.isNormal && value > 0, "a scale of \(value)")
    self.init(
      significand: (UInt128(value.significandBitPattern) | UInt128(1) << 52) << 75, exponent: Int(value.exponent))
  }

  /// Exactly a positive integer.
  public init(_ value: some FixedWidthInteger & UnsignedInteger) {
    precondition(value > 0 && value.bitWidth <= 128, "a scale of \(value)")
    let word = UInt128(value)
    self.init(significand: word << UInt128(word.leadingZeroBitCount), exponent: 127 - word.leadingZeroBitCount)
  }

  /// 2^exponent.
  public static func powerOfTwo(_ exponent: Int) -> CKKSScale {
    CKKSScale(significand: UInt128(1) << 127, exponent: exponent)
  }

  /// The product.
  public static func * (lhs: CKKSScale, rhs: CKKSScale) -> CKKSScale {
    let (high, low) = lhs.significand.multipliedFullWidth(by: rhs.significand)
    if high.leadingZeroBitCount == 0 { return CKKSScale(significand: high, exponent: lhs.exponent + rhs.exponent + 1) }
    return CKKSScale(significand: high << 1 | low >> 127, exponent: lhs.exponent + rhs.exponent)
  }

  /// The quotient.
  public static func / (lhs: CKKSScale, rhs: CKKSScale) -> CKKSScale {
    let (a, b) = (lhs.significand, rhs.significand)
    let exponent = lhs.exponent - rhs.exponent
    if a < b {
      return CKKSScale(significand: b.dividingFullWidth((a, 0)).quotient, exponent: exponent - 1)
    }
    return CKKSScale(significand: b.dividingFullWidth((a >> 1, a << 127)).quotient, exponent: exponent)
  }

  /// log2.
  public var log2: Double { binaryLogarithm(mantissa) + Double(exponent) }

  /// The nearest double, infinite above 2^1024.
  public var doubleValue: Double { Double(sign: .plus, exponent: exponent, significand: mantissa) }

  /// The double nearest to significand / 2^127, in [1, 2].
  ///
  /// From the upper word, whose last bit stands for all bits below it: it is far below those that a double keeps. The
  /// standard library's conversion of 128 bits is generic code, which shows in the profile of a product.
  private var mantissa: Double {
    let low = UInt64(truncatingIfNeeded: significand)
    return Double(UInt64(truncatingIfNeeded: significand >> 64) | (low == 0 ? 0 : 1)) * 0x1p-63
  }

  /// |self / other − 1|, to a few bits.
  public func relativeDifference(from other: CKKSScale) -> Double {
    guard abs(exponent - other.exponent) <= 1 else { return max((self / other).doubleValue, 1) }
    // Both as multiples of 2^(lower exponent − 126).
    let lower = min(exponent, other.exponent)
    let (a, b) = (
      significand >> UInt128(exponent == lower ? 1 : 0), other.significand >> UInt128(other.exponent == lower ? 1 : 0)
    )
    return Self.double(a > b ? a - b : b - a) / Self.double(b)
  }

  /// To a few bits.
  private static func double(_ word: UInt128) -> Double {
    Double(UInt64(truncatingIfNeeded: word >> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: word))
  }

  /// The nearest integer.
  ///
  /// requires: below 2^127.
  var roundedInteger: UInt128 {
    precondition(exponent < 127, "a scale of 2^\(exponent) as an integer")
    guard exponent >= -1 else { return 0 }
    let shift = UInt128(127 - exponent)
    let half = UInt128(1) << (shift - 1)
    let (sum, overflow) = significand.addingReportingOverflow(half)
    return shift == 128 ? 1 : sum >> shift | (overflow ? UInt128(1) << (128 - shift) : 0)
  }

  /// As a power of two.
  public var description: String { "2^\((log2 * 1e6).rounded() / 1e6)" }
}
