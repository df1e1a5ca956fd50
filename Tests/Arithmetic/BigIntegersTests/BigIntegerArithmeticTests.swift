// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import TestSupport
import Testing

@Suite struct BigIntegerArithmeticTests {
  @Test func agreesWithMachineArithmeticOnSmallIntegers() {
    for x in -40...40 {
      for y in -40...40 {
        let (a, b) = (BigInteger(x), BigInteger(y))
        #expect(a + b == BigInteger(x + y))
        #expect(a - b == BigInteger(x - y))
        #expect(a * b == BigInteger(x * y))
        #expect((a < b) == (x < y))
        #expect((a == b) == (x == y))
        #expect(-a == BigInteger(-x))
        guard y != 0 else { continue }
        let truncated = a.truncatingQuotientAndRemainder(dividingBy: b)
        #expect(truncated.quotient == BigInteger(x / y) && truncated.remainder == BigInteger(x % y))
        let floored = a.floorQuotientAndRemainder(dividingBy: b)
        #expect(floored.quotient * b + floored.remainder == a)
        #expect(floored.remainder.isZero || floored.remainder.signum == b.signum)
        #expect(floored.remainder.magnitude < b.magnitude)
        let exact = (Double(x) / Double(y)).rounded(.toNearestOrAwayFromZero)
        #expect(a.dividedRoundingToNearest(by: b) == BigInteger(Int(exact)), "\(x) / \(y)")
      }
    }
  }

  @Test func agreesWithMachineArithmeticOnWideIntegers() {
    var generator = TestGenerator(seed: 0xB16_0001)
    for _ in 0..<2000 {
      let (x, y) = (generator.next(), generator.next() >> (generator.next() % 64))
      let product = x.multipliedFullWidth(by: y)
      #expect((BigInteger(x) * BigInteger(y)) == BigInteger(words: [product.low, product.high]), "\(generator)")
      #expect(BigInteger(UInt128(x) + UInt128(y)) == BigInteger(x) + BigInteger(y), "\(generator)")
      #expect(BigInteger(Int128(x) - Int128(y)) == BigInteger(x) - BigInteger(y), "\(generator)")
      guard y > 0 else { continue }
      #expect(BigInteger(x).residue(modulo: y) == x % y, "\(generator)")
      #expect((-BigInteger(x)).residue(modulo: y) == (y - x % y) % y, "\(generator)")
    }
  }

  @Test func divisionIdentitiesHoldAtManySizes() {
    var generator = TestGenerator(seed: 0xB16_0002)
    for _ in 0..<500 {
      let numerator = random(words: 1 + Int(generator.next() % 9), &generator)
      let divisor = random(words: 1 + Int(generator.next() % 5), &generator)
      guard !divisor.isZero else { continue }
      let (q, r) = numerator.truncatingQuotientAndRemainder(dividingBy: divisor)
      #expect(q * divisor + r == numerator && r.magnitude < divisor.magnitude, "\(generator)")
      #expect(r.isZero || r.signum == numerator.signum, "\(generator)")
      let nearest = numerator.dividedRoundingToNearest(by: divisor)
      let error = (numerator - nearest * divisor).magnitude.shiftedLeft(by: 1)
      #expect(error <= divisor.magnitude, "\(generator)")
      let modulus = divisor.magnitude
      let residue = numerator.modulo(modulus)
      #expect(residue >= 0 && residue < modulus, "\(generator)")
      let centered = numerator.centeredResidue(modulo: modulus)
      #expect(centered.shiftedLeft(by: 1) <= modulus && centered.shiftedLeft(by: 1) > -modulus, "\(generator)")
      #expect((centered - numerator).modulo(modulus).isZero, "\(generator)")
    }
  }

  @Test func halvesAreRoundedAwayFromZero() {
    #expect(BigInteger(5).dividedRoundingToNearest(by: 2) == 3)
    #expect(BigInteger(-5).dividedRoundingToNearest(by: 2) == -3)
    #expect(BigInteger(5).dividedRoundingToNearest(by: -2) == -3)
    #expect(BigInteger(-5).dividedRoundingToNearest(by: -2) == 3)
  }

  @Test func shiftsMultiplyAndDivideByPowersOfTwo() {
    for x in [-1025, -1024, -1, 0, 1, 7, 1 << 40] {
      for bits in [0, 1, 5, 63, 64, 65, 200] {
        let power = BigInteger(2).power(bits)
        #expect(BigInteger(x) << bits == BigInteger(x) * power)
        #expect(BigInteger(x) >> bits == BigInteger(x).floorQuotientAndRemainder(dividingBy: power).quotient)
      }
    }
    #expect(BigInteger(0).power(0) == 1)
    #expect(BigInteger(-3).power(5) == -243)
  }

  @Test func compoundAssignmentLeavesCopiesAlone() {
    let original: BigInteger = 12
    var value = original
    value += 5
    value *= 3
    value -= 1
    #expect(value == 50 && original == 12)
  }

  private func random(words count: Int, _ generator: inout TestGenerator) -> BigInteger {
    let magnitude = BigInteger(words: generator.words(count, below: .max))
    return generator.next() & 1 == 0 ? magnitude : -magnitude
  }
}
