// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic

extension KeySwitchingLiteral {
  /// Widest primes that every kernel takes.
  package static let primeBits = 46

  /// Most primes of a set, the special ones included.
  package static let mostPrimes = 64

  /// Digits and special primes with the smallest keys that fit in `room` bits: special primes at least as wide as those of a digit.
  ///
  /// - Parameters:
  ///   - primes: Those of Q.
  ///   - room: Bits that the security level leaves for the special primes.
  ///   - used: What the special primes must differ from besides.
  /// - Returns: Nil where there is no such choice.
  package static func smallest(
    degree: Int, primes: [UInt64], room: Double, excluding used: Set<UInt64>
  ) -> KeySwitchingLiteral? {
    let limbs = primes.count
    let narrowest = 64 - ((primes.max() ?? 0).leadingZeroBitCount)
    func bits(_ width: Int) -> Int { min(primeBits, Int(room) / width) }
    func keyLimbs(_ width: Int) -> Int { (limbs + width - 1) / width * (limbs + width) }
    guard
      let width = (1...limbs).filter({ bits($0) >= narrowest && limbs + $0 <= mostPrimes }).min(by: {
        keyLimbs($0) < keyLimbs($1)
      }),
      let special = try? NTTPrimes.largest(
        below: bits(width), degree: degree, count: width, excluding: used.union(primes))
    else { return nil }
    return .hybrid(specialModuli: special, digitLimbs: width)
  }
}
