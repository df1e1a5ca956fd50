// SPDX-License-Identifier: Apache-2.0

/// Search for the primes that allow negacyclic number-theoretic transforms: q ≡ 1 modulo 2N.
public enum NTTPrimes {
  /// Whether a word is prime; certain for every word.
  ///
  /// Miller–Rabin with the first twelve primes as bases, which no composite below 3.1 · 10^23 passes [SW17].
  public static func isPrime(_ candidate: UInt64) -> Bool {
    guard candidate >= 2 else { return false }
    let bases: [UInt64] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
    for base in bases where candidate % base == 0 {
      return candidate == base
    }
    let twos = (candidate - 1).trailingZeroBitCount
    let odd = (candidate - 1) >> UInt64(twos)
    return bases.allSatisfy { base in
      var power = powerModulo(base, odd, candidate)
      if power == 1 || power == candidate - 1 { return true }
      for _ in 1..<max(twos, 1) {
        power = candidate.dividingFullWidth(power.multipliedFullWidth(by: power)).remainder
        if power == candidate - 1 { return true }
      }
      return false
    }
  }

  /// The largest primes ≡ 1 modulo 2N below a power of two, in descending order.
  ///
  /// - Parameters:
  ///   - bits: 2 … 62; the primes are below 2^bits.
  ///   - degree: Ring degree N, a power of two in 2^3 … 2^17.
  ///   - count: How many; at least 0.
  ///   - excluding: Primes to pass over.
  /// - Returns: `count` primes.
  /// - Throws: `ModularArithmeticError` where the arguments are out of range or there are not that many.
  public static func largest(
    below bits: Int, degree: Int, count: Int, excluding: Set<UInt64> = []
  ) throws(ModularArithmeticError) -> [UInt64] {
    precondition(count >= 0, "a count of primes is at least 0, not \(count)")
    guard isSupported(degree: degree) else { throw .unsupportedDegree(degree) }
    guard (2...Modulus.maximumBitWidth).contains(bits) else { throw .unsupportedBitWidth(bits) }
    var primes: [UInt64] = []
    var limit = UInt64(1) << UInt64(bits)
    while primes.count < count {
      guard let prime = nextBelow(limit, degree: degree) else {
        throw .notEnoughPrimes(requested: count, found: primes.count, bits: bits, degree: degree)
      }
      if !excluding.contains(prime) { primes.append(prime) }
      limit = prime
    }
    return primes
  }

  /// The prime ≡ 1 modulo 2N nearest below a limit.
  ///
  /// - Parameters:
  ///   - limit: Any word; the answer is fit for a `Modulus` where it is at most 2^62.
  ///   - degree: Ring degree N, a power of two in 2^3 … 2^17.
  /// - Returns: The largest such prime smaller than `limit`, or nil where there is none.
  public static func nextBelow(_ limit: UInt64, degree: Int) -> UInt64? {
    precondition(isSupported(degree: degree), "ring degree \(degree) is not a power of two from 8 to 131072")
    let step = 2 * UInt64(degree)
    guard limit > step + 1 else { return nil }
    // The largest number ≡ 1 modulo the step that is below the limit.
    var candidate = (limit - 2) / step * step + 1
    while candidate > 1 {
      if isPrime(candidate) { return candidate }
      candidate -= step
    }
    return nil
  }

  /// The prime ≡ 1 modulo 2N nearest to a number.
  ///
  /// - Parameters:
  ///   - target: Any number from 2N up to 2^62.
  ///   - limit: The prime is below it.
  ///   - degree: Ring degree N, a power of two in 2^3 … 2^17.
  ///   - excluding: Primes to pass over.
  /// - Returns: The prime, the smaller of two that are equally near; nil where there is none below the limit.
  public static func nearest(to target: UInt64, below limit: UInt64, degree: Int, excluding: Set<UInt64>) -> UInt64? {
    precondition(isSupported(degree: degree), "ring degree \(degree) is not a power of two from 8 to 131072")
    precondition(target <= 1 << 62, "\(target) is above 2^62")
    let step = 2 * UInt64(degree)
    func isFree(_ candidate: UInt64) -> Bool {
      candidate < limit && !excluding.contains(candidate) && isPrime(candidate)
    }
    guard limit > step else { return nil }
    var upper = target / step * step + 1
    if upper < target { upper += step }
    // The largest at or below the target, and below the limit.
    let top = min(target, limit - 1)
    var lower = top / step * step + 1
    if lower > top { lower = lower > step ? lower - step : 1 }
    while lower > 1 || upper < limit {
      if lower > 1, upper >= limit || target - lower <= upper - target {
        if isFree(lower) { return lower }
        lower -= min(step, lower - 1)
      } else {
        if isFree(upper) { return upper }
        upper += step
      }
    }
    return nil
  }

  private static func isSupported(degree: Int) -> Bool {
    degree.nonzeroBitCount == 1 && (8...131_072).contains(degree)
  }

  /// base^exponent modulo any word of at least 2; `Modulus` stops at 62 bits.
  private static func powerModulo(_ base: UInt64, _ exponent: UInt64, _ modulus: UInt64) -> UInt64 {
    var result: UInt64 = 1
    var square = base % modulus
    var rest = exponent
    while rest != 0 {
      if rest & 1 == 1 { result = modulus.dividingFullWidth(result.multipliedFullWidth(by: square)).remainder }
      square = modulus.dividingFullWidth(square.multipliedFullWidth(by: square)).remainder
      rest >>= 1
    }
    return result
  }
}
