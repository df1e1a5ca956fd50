// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct NTTPrimesTests {
  @Test func primalityOfSmallWords() {
    var sieve = [Bool](repeating: true, count: 200_000)
    sieve[0] = false
    sieve[1] = false
    for x in 2..<sieve.count where sieve[x] {
      for multiple in stride(from: 2 * x, to: sieve.count, by: x) { sieve[multiple] = false }
    }
    #expect(sieve.indices.allSatisfy { NTTPrimes.isPrime(UInt64($0)) == sieve[$0] })
  }

  /// Strong pseudoprimes to the first 4, 6, 8, 9 and 11 prime bases (OEIS A014233), and the ends of the range.
  @Test(
    arguments: [
      3_215_031_751, 3_474_749_660_383, 341_550_071_728_321, 3_825_123_056_546_413_051, UInt64.max,
      UInt64.max - 58, (1 << 61) - 1, (1 << 62) - 57, 4_294_967_291 * 4_294_967_291, 4_294_967_291 * 4_294_967_279,
    ] as [UInt64])
  func primalityOfHardWords(_ word: UInt64) {
    #expect(NTTPrimes.isPrime(word) == BigInteger(word).isProbablePrime)
  }

  @Test func primalityAgreesWithBigIntegers() {
    var generator = TestGenerator(seed: 0x9121_0001)
    for _ in 0..<3000 {
      let word = (generator.next() >> (generator.next() % 60)) | 1
      #expect(NTTPrimes.isPrime(word) == BigInteger(word).isProbablePrime, "\(word), \(generator)")
    }
  }

  @Test(arguments: [(8, 12), (1024, 27), (4096, 36), (8192, 50), (131_072, 62)])
  func largestPrimesAreTheLargest(_ degree: Int, _ bits: Int) throws {
    let primes = try NTTPrimes.largest(below: bits, degree: degree, count: 4)
    let step = 2 * UInt64(degree)
    var expected: [UInt64] = []
    var candidate = (UInt64(1) << UInt64(bits)) - step + 1
    while expected.count < 4 {
      if BigInteger(candidate).isProbablePrime { expected.append(candidate) }
      candidate -= step
    }
    #expect(primes == expected)
    let others = try NTTPrimes.largest(below: bits, degree: degree, count: 3, excluding: [primes[0], primes[2]])
    #expect(others.prefix(2) == [primes[1], primes[3]])
    #expect(try NTTPrimes.largest(below: bits, degree: degree, count: 0) == [])
  }

  @Test func nextBelowIsStrict() {
    #expect(NTTPrimes.nextBelow(18, degree: 8) == 17)
    #expect(NTTPrimes.nextBelow(17, degree: 8) == nil)
    #expect(NTTPrimes.nextBelow(0, degree: 8) == nil)
    #expect(NTTPrimes.nextBelow(98, degree: 8) == 97)
    #expect(NTTPrimes.nextBelow(97, degree: 8) == 17)
    for limit in UInt64(0)...2000 {
      let expected = Array(stride(from: UInt64(17), to: limit, by: 16)).last { BigInteger($0).isProbablePrime }
      #expect(NTTPrimes.nextBelow(limit, degree: 8) == expected)
    }
  }

  /// By looking at every number, nearest first, the smaller of two that are equally near first.
  private func nearestByForce(to target: UInt64, below limit: UInt64, degree: Int, excluding: Set<UInt64>) -> UInt64? {
    let step = 2 * UInt64(degree)
    return stride(from: step + 1, to: max(limit, step + 1), by: Int(step)).filter {
      NTTPrimes.isPrime($0) && !excluding.contains($0)
    }.min { left, right in
      let (a, b) = (max(left, target) - min(left, target), max(right, target) - min(right, target))
      return a == b ? left < right : a < b
    }
  }

  @Test(arguments: [8, 16, 64])
  func nearestPrimes(_ degree: Int) {
    var generator = TestGenerator(seed: 0x9121_0003)
    let step = 2 * UInt64(degree)
    for limit in [step, step + 2, 300, 4000, 20_000] {
      for _ in 0..<60 {
        let target = step + generator.next(below: 25_000)
        var excluded: Set<UInt64> = []
        for _ in 0..<4 {
          let expected = nearestByForce(to: target, below: limit, degree: degree, excluding: excluded)
          let found = NTTPrimes.nearest(to: target, below: limit, degree: degree, excluding: excluded)
          #expect(found == expected, "\(target), \(limit), \(excluded), \(generator)")
          guard let found else { break }
          excluded.insert(found)
        }
      }
    }
  }

  @Test func nearestPrimesAtTheEnds() {
    #expect(NTTPrimes.nearest(to: 0, below: 18, degree: 8, excluding: []) == 17)
    #expect(NTTPrimes.nearest(to: 0, below: 17, degree: 8, excluding: []) == nil)
    #expect(NTTPrimes.nearest(to: 1, below: 0, degree: 8, excluding: []) == nil)
    #expect(NTTPrimes.nearest(to: 1 << 62, below: 200, degree: 8, excluding: [193]) == 113)
    // Twins at the same distance: 97 and 193 around 145.
    #expect(NTTPrimes.nearest(to: 145, below: 200, degree: 8, excluding: [113]) == 97)
    let wide = NTTPrimes.nearest(to: 1 << 62, below: 1 << 62, degree: 131_072, excluding: [])
    #expect(wide == NTTPrimes.nextBelow(1 << 62, degree: 131_072))
    let above = NTTPrimes.nearest(to: 1 << 61, below: .max, degree: 131_072, excluding: [])
    #expect(above.map { $0 < 1 << 62 && NTTPrimes.isPrime($0) && $0 % 262_144 == 1 } == true)
  }

  @Test func refusals() {
    #expect(throws: ModularArithmeticError.unsupportedDegree(12)) {
      try NTTPrimes.largest(below: 30, degree: 12, count: 1)
    }
    #expect(throws: ModularArithmeticError.unsupportedDegree(4)) {
      try NTTPrimes.largest(below: 30, degree: 4, count: 1)
    }
    #expect(throws: ModularArithmeticError.unsupportedBitWidth(63)) {
      try NTTPrimes.largest(below: 63, degree: 8, count: 1)
    }
    #expect(throws: ModularArithmeticError.notEnoughPrimes(requested: 3, found: 2, bits: 7, degree: 8)) {
      try NTTPrimes.largest(below: 7, degree: 8, count: 3, excluding: [113])
    }
  }

  @Test(
    arguments: [(8, 17), (8, 97), (8, 193), (16, 97), (16, 193), (64, 257), (128, 257), (1024, 12_289)]
      as [(Int, UInt64)])
  func minimalRootIsTheSmallestOfAll(_ degree: Int, _ prime: UInt64) {
    let q = Modulus(prime)
    let expected = (1..<prime).first { q.power($0, UInt64(degree)) == prime - 1 }
    #expect(RootsOfUnity.minimalPrimitive(order: 2 * UInt64(degree), modulo: q) == expected)
  }

  @Test func rootsOfWidePrimes() throws {
    for (degree, bits) in [(4096, 36), (8192, 50), (131_072, 62)] {
      let q = Modulus(try NTTPrimes.largest(below: bits, degree: degree, count: 1)[0])
      let root = try #require(RootsOfUnity.minimalPrimitive(order: 2 * UInt64(degree), modulo: q))
      #expect(q.power(root, UInt64(degree)) == q.value - 1)
      // No other primitive root, which are the odd powers, is smaller.
      let square = q.multiply(root, root)
      var power = root
      for _ in 1..<degree {
        power = q.multiply(power, square)
        if power <= root { Issue.record("\(power) is a smaller root modulo \(q)") }
      }
    }
    #expect(RootsOfUnity.minimalPrimitive(order: 64, modulo: Modulus(17)) == nil)
    #expect(RootsOfUnity.minimalPrimitive(order: 2, modulo: Modulus(3)) == 2)
  }
}
