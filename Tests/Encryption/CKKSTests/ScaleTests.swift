// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// Scales against rational numbers of big integers.
@Suite struct ScaleTests {
  /// A positive rational number.
  struct Rational {
    var numerator: BigInteger
    var denominator: BigInteger

    init(_ scale: CKKSScale) {
      let words = [UInt64(truncatingIfNeeded: scale.significand), UInt64(truncatingIfNeeded: scale.significand >> 64)]
      let shift = scale.exponent - 127
      numerator = BigInteger(words: words) << max(shift, 0)
      denominator = BigInteger(1) << max(-shift, 0)
    }

    init(_ numerator: BigInteger, _ denominator: BigInteger) {
      self.numerator = numerator
      self.denominator = denominator
    }

    static func * (lhs: Rational, rhs: Rational) -> Rational {
      Rational(lhs.numerator * rhs.numerator, lhs.denominator * rhs.denominator)
    }

    static func / (lhs: Rational, rhs: Rational) -> Rational {
      Rational(lhs.numerator * rhs.denominator, lhs.denominator * rhs.numerator)
    }

    /// Whether this is between (1 − 2^−bits) · exact and exact.
    func isJustBelow(_ exact: Rational, bits: Int) -> Bool {
      let (mine, other) = (numerator * exact.denominator, exact.numerator * denominator)
      return mine <= other && (other - mine) << bits < other
    }

    /// To about 50 bits.
    var double: Double {
      let shift = 80 + denominator.bitWidth - numerator.bitWidth
      let quotient = (numerator << max(shift, 0)).floorQuotientAndRemainder(dividingBy: denominator << max(-shift, 0))
        .quotient
      let top = Double(quotient.words.count > 1 ? quotient.words[1] : 0) * 0x1p64 + Double(quotient.lowWord)
      return Double(sign: .plus, exponent: -shift, significand: top)
    }
  }

  private func scales(_ generator: inout TestGenerator, _ count: Int, exponents: ClosedRange<Int>) -> [CKKSScale] {
    let extreme: [UInt128] = [1 << 127, .max, 1 << 127 | 1, .max - 1, .max << 64, 1 << 127 | 1 << 63, 3 << 126]
    return (0..<count).map { _ in
      let random = UInt128(generator.next()) << 64 | UInt128(generator.next()) | 1 << 127
      let special = extreme[Int(generator.next(below: UInt64(extreme.count)))]
      return CKKSScale(
        significand: generator.next() % 3 == 0 ? special : random, exponent: .random(in: exponents, using: &generator))
    }
  }

  @Test func productsAndQuotients() {
    var generator = TestGenerator(seed: 0x5CA1E)
    let all = scales(&generator, 90, exponents: -300...300)
    for a in all {
      for b in all.prefix(40) {
        let (x, y) = (Rational(a), Rational(b))
        #expect(Rational(a * b).isJustBelow(x * y, bits: 126), "\(a), \(b), \(generator)")
        #expect(Rational(a / b).isJustBelow(x / y, bits: 126), "\(a), \(b), \(generator)")
      }
      #expect(a / a == CKKSScale(1.0))
      #expect(a * CKKSScale(1.0) == a && a / CKKSScale(1.0) == a)
      #expect(a * .powerOfTwo(77) / .powerOfTwo(77) == a)
    }
  }

  @Test func differences() {
    var generator = TestGenerator(seed: 0x5CA1F)
    let all = scales(&generator, 60, exponents: -3...3)
    for a in all {
      #expect(a.relativeDifference(from: a) == 0)
      for b in all {
        let quotient = Rational(a) / Rational(b)
        let difference = Rational((quotient.numerator - quotient.denominator).magnitude, quotient.denominator)
        let found = a.relativeDifference(from: b)
        let exact = difference.numerator.isZero ? 0 : difference.double
        // Exact to a few bits, or an upper bound where the two are far from each other.
        #expect(found >= exact * (1 - 0x1p-40) - 0x1p-125, "\(a), \(b), \(generator)")
        #expect(found <= (exact + 1) * (1 + 0x1p-40) + 0x1p-125, "\(a), \(b), \(generator)")
        if abs(a.exponent - b.exponent) <= 1 {
          #expect(abs(found - exact) <= exact * 0x1p-40 + 0x1p-125, "\(a), \(b), \(generator)")
        }
      }
    }
    // The smallest difference there is.
    let one = CKKSScale(1.0)
    let next = CKKSScale(significand: 1 << 127 | 1, exponent: 0)
    #expect(next.relativeDifference(from: one) <= 0x1p-126 && one.relativeDifference(from: next) <= 0x1p-126)
    let below = CKKSScale(significand: .max, exponent: -1)
    #expect(below.relativeDifference(from: one) <= 0x1p-127)
    #expect(CKKSScale.powerOfTwo(40).relativeDifference(from: .powerOfTwo(0)) >= 0x1p40 - 1)
    #expect(CKKSScale.powerOfTwo(0).relativeDifference(from: .powerOfTwo(40)) == 1)
  }

  @Test func roundedIntegers() {
    var generator = TestGenerator(seed: 0x5CA20)
    for exponent in -5...126 {
      for scale in scales(&generator, 20, exponents: exponent...exponent) {
        let value = Rational(scale)
        let expected = ((value.numerator << 1) + value.denominator)
          .floorQuotientAndRemainder(dividingBy: value.denominator << 1).quotient
        let found = scale.roundedInteger
        let words = [UInt64(truncatingIfNeeded: found), UInt64(truncatingIfNeeded: found >> 64)]
        #expect(BigInteger(words: words) == expected, "2^\(exponent), \(scale.significand), \(generator)")
      }
    }
    #expect(CKKSScale(0.5).roundedInteger == 1 && CKKSScale(0.499).roundedInteger == 0)
    #expect(CKKSScale(significand: .max, exponent: 126).roundedInteger == 1 << 127)
    #expect(CKKSScale(UInt64.max).roundedInteger == UInt128(UInt64.max))
  }

  @Test func logarithmsAndDoubles() {
    var generator = TestGenerator(seed: 0x5CA21)
    for scale in scales(&generator, 200, exponents: -450...450) {
      let value = Rational(scale)
      #expect(abs(scale.log2 - (value.numerator.log2 - value.denominator.log2)) < 1e-9)
      #expect(abs(scale.doubleValue / value.double - 1) < 0x1p-48)
    }
    // Ties and their neighbours too; the oracle is the standard library's conversion.
    let tops = [UInt64(1) << 63, .max, .max << 11] + generator.words(100, below: 1 << 63).map { $0 | 1 << 63 }
    let tails: [(high: UInt64, low: UInt64)] = [(0, 0), (0, .max), (1 << 10, 0), (1 << 10, 1), (0x3FF, .max)]
    for top in tops {
      for tail in tails {
        let significand = UInt128(top & ~0x7FF | tail.high) << 64 | UInt128(tail.low)
        #expect(CKKSScale(significand: significand, exponent: 127).doubleValue == Double(significand), "\(significand)")
      }
    }
    for double in [1, 0.1, 3e10, 0x1.fffffffffffffp40, 0x1p-1022, .greatestFiniteMagnitude, 0x1.8p77] {
      #expect(CKKSScale(double).doubleValue == double)
    }
    #expect(CKKSScale(UInt64(1)) == CKKSScale(1.0) && CKKSScale(UInt128.max).significand == .max)
    #expect(CKKSScale(UInt8(200)).doubleValue == 200)
    #expect(CKKSScale.powerOfTwo(-3) == CKKSScale(0.125))
    #expect(CKKSScale.powerOfTwo(40).description == "2^40.0")
    #expect(CKKSScale.powerOfTwo(2000).doubleValue == .infinity)
  }
}
