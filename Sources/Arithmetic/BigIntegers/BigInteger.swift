// SPDX-License-Identifier: Apache-2.0

import CGMP

/// An integer of any size.
///
/// For parameter work and test oracles: moduli, CRT products, exact rounding. Every operation runs in time that depends
/// on its operands and leaves copies of them in freed memory, so no value may be a secret, nor derived from one.
public struct BigInteger: Sendable {
  let storage: Storage

  init(_ storage: Storage) {
    self.storage = storage
  }

  /// The integer 0.
  public init() {
    storage = Storage()
  }

  /// The value of a machine word.
  public init(_ value: UInt64) {
    self.init(words: [value])
  }

  /// The value of a machine integer.
  public init(_ value: Int) {
    let magnitude = BigInteger(words: [UInt64(value.magnitude)])
    self = value < 0 ? -magnitude : magnitude
  }

  /// The value of any fixed-width integer.
  public init(_ value: some BinaryInteger) {
    let magnitude = BigInteger(words: value.magnitude.words.map { UInt64($0) })
    self = value < 0 ? -magnitude : magnitude
  }

  /// The non-negative integer with the given words, least significant first; high words may be zero.
  public init(words: [UInt64]) {
    let result = Storage()
    unsafe words.withUnsafeBufferPointer { buffer in
      unsafe cgmp_set_words(result.pointer, buffer.baseAddress, buffer.count)
    }
    storage = result
  }

  /// The integer with the given decimal digits, or nil for any other text.
  ///
  /// - Parameter decimal: An optional minus sign and at least one of the digits 0 to 9, nothing else.
  public init?(_ decimal: String) {
    let digits = decimal.hasPrefix("-") ? decimal.dropFirst() : decimal[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let result = Storage()
    let status = unsafe decimal.withCString { unsafe cgmp_set_text(result.pointer, $0, 10) }
    guard status == 0 else { return nil }
    storage = result
  }
}

extension BigInteger {
  /// Owner of one GMP integer.
  ///
  /// Written only by the expression that creates it, before any other reference exists; from then on immutable. That is
  /// what makes sharing it between values and threads sound.
  @safe final class Storage: @unchecked Sendable {
    let pointer: mpz_ptr

    init() {
      unsafe pointer = .allocate(capacity: 1)
      unsafe cgmp_init(pointer)
    }

    deinit {
      unsafe cgmp_clear(pointer)
      unsafe pointer.deallocate()
    }
  }
}

extension BigInteger: ExpressibleByIntegerLiteral {
  /// The value of a literal of any length.
  public init(integerLiteral value: StaticBigInt) {
    let wordCount = value.bitWidth / UInt.bitWidth + 1
    let words = (0..<wordCount).map { UInt64(value[$0]) }
    guard value.signum() < 0 else {
      self.init(words: words)
      return
    }
    // Two's complement, sign extended: |value| = 2^bits - words.
    let modulus = BigInteger(words: [1]).shiftedLeft(by: 64 * wordCount)
    self = BigInteger(words: words) - modulus
  }
}

extension BigInteger: CustomStringConvertible {
  /// Decimal digits, with a minus sign where negative.
  public var description: String {
    let capacity = unsafe cgmp_text_capacity(storage.pointer, 10)
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an allocation without an address") }
      unsafe cgmp_get_text(base, storage.pointer, 10)
      return unsafe String(cString: base)
    }
  }
}
