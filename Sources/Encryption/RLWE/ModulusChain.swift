// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic

/// Finds primes for parameter sets.
public enum ModulusChain {
  /// Distinct primes q ≡ 1 mod 2N, for each entry of `bitSizes` the largest below 2^bits that is not taken yet.
  ///
  /// Primes of at most 46 bits take the fastest kernels.
  /// - Returns: nil where there are not enough primes of a size.
  public static func primes(bitSizes: [Int], degree: Int) -> [UInt64]? {
    var primes: [UInt64] = []
    for bits in bitSizes {
      guard
        let next = try? NTTPrimes.largest(below: bits, degree: degree, count: 1, excluding: Set(primes))
      else { return nil }
      primes += next
    }
    return primes
  }
}
