// SPDX-License-Identifier: Apache-2.0

import CGMP

extension BigInteger {
  /// Words of the magnitude, least significant first, without high zeros; empty for zero.
  public var words: [UInt64] {
    let count = unsafe cgmp_word_count(storage.pointer)
    guard count > 0 else { return [] }
    return unsafe [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { preconditionFailure("an array of \(count) words is not empty") }
      unsafe cgmp_get_words(base, storage.pointer)
      initialized = count
    }
  }

  /// The lowest word of the magnitude; 0 for zero.
  public var lowWord: UInt64 {
    words.first ?? 0
  }

  /// Bit length of the magnitude: floor(log2 |self|) + 1; 0 for zero.
  public var bitWidth: Int {
    unsafe cgmp_bit_width(storage.pointer)
  }

  /// log2 |self| with the precision of a Double, at any size.
  ///
  /// The integer is not zero.
  public var log2: Double {
    precondition(!isZero, "zero has no logarithm")
    return unsafe cgmp_log2(storage.pointer)
  }
}

extension UInt64 {
  /// The value where it lies in [0, 2^64), nil elsewhere.
  public init?(exactly value: BigInteger) {
    guard value.signum >= 0, value.bitWidth <= 64 else { return nil }
    self = value.lowWord
  }
}

extension Int {
  /// The value where it lies in [-2^63, 2^63), nil elsewhere.
  public init?(exactly value: BigInteger) {
    guard value.bitWidth <= 64 else { return nil }
    let magnitude = value.lowWord
    if value.signum >= 0 {
      self.init(exactly: magnitude)
    } else {
      guard magnitude <= Int.min.magnitude else { return nil }
      self = Int(truncatingIfNeeded: 0 &- magnitude)
    }
  }
}

extension Double {
  /// The value with 53 significant bits, the rest cut off; infinite beyond the range of a Double.
  public init(_ value: BigInteger) {
    var exponent = 0
    let mantissa = unsafe cgmp_get_mantissa(value.storage.pointer, &exponent)
    guard exponent <= Double.greatestFiniteMagnitude.exponent + 1 else {
      self = value.signum < 0 ? -.infinity : .infinity
      return
    }
    self.init(sign: .plus, exponent: exponent, significand: mantissa)
  }
}
