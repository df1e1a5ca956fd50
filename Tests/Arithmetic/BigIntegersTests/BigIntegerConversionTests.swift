// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import Testing

@Suite struct BigIntegerConversionTests {
  @Test(arguments: [
    "0", "1", "-1", "18446744073709551615", "18446744073709551616", "-340282366920938463463374607431768211456",
  ])
  func decimalTextRoundTrips(_ text: String) throws {
    let value = try #require(BigInteger(text))
    #expect(value.description == text)
  }

  @Test(arguments: ["", "-", "+1", " 1", "1 ", "0x10", "1e3", "--1", "1_000", "\u{0661}", "1\u{0}2"])
  func otherTextIsRefused(_ text: String) {
    #expect(BigInteger(text) == nil)
  }

  @Test func literalsOfAnySizeAreTaken() {
    let wide: BigInteger = 0x1_0000_0000_0000_0000_0000_0000_0000_0000
    #expect(wide == BigInteger(1) << 128)
    let negative: BigInteger = -0x8000_0000_0000_0000_0000_0000_0000_0000
    #expect(negative == -(BigInteger(1) << 127))
    let word: BigInteger = 0xFFFF_FFFF_FFFF_FFFF
    #expect(word == BigInteger(UInt64.max))
  }

  @Test func wordsRoundTripWithoutHighZeros() {
    #expect(BigInteger(0).words.isEmpty)
    #expect(BigInteger(words: []).isZero)
    #expect(BigInteger(words: [7, 0, 0]).words == [7])
    #expect(BigInteger(words: [0, 0, 9]).words == [0, 0, 9])
    #expect((-BigInteger(words: [1, 2])).words == [1, 2])
    #expect(BigInteger(words: [5, 6]).lowWord == 5 && BigInteger(0).lowWord == 0)
  }

  @Test func fixedWidthIntegersRoundTrip() {
    for x in [Int.min, Int.min + 1, -1, 0, 1, Int.max] {
      #expect(Int(exactly: BigInteger(x)) == x)
      #expect(BigInteger(x).description == String(x))
      #expect(BigInteger(Int64(x)) == BigInteger(x))
    }
    #expect(BigInteger(Int128.min) == -(BigInteger(1) << 127))
    #expect(BigInteger(UInt8(200)) == 200 && BigInteger(Int8(-128)) == -128)
    #expect(UInt64(exactly: BigInteger(UInt64.max)) == .max)
    #expect(UInt64(exactly: BigInteger(UInt64.max) + 1) == nil)
    #expect(UInt64(exactly: BigInteger(-1)) == nil)
    #expect(Int(exactly: BigInteger(Int.max) + 1) == nil)
    #expect(Int(exactly: BigInteger(Int.min) - 1) == nil)
  }

  @Test func sizesAndLogarithms() {
    for bits in [0, 1, 2, 63, 64, 65, 1000, 5000] {
      let power = BigInteger(1) << bits
      #expect(power.bitWidth == bits + 1)
      #expect(power.log2 == Double(bits))
      #expect((-power).log2 == Double(bits))
      #expect((power - 1).bitWidth == bits)
    }
    #expect(BigInteger(0).bitWidth == 0)
    #expect(abs(BigInteger(10).power(30).log2 - 99.657_842_846_620_87) < 1e-10)
    #expect(BigInteger(7).isOdd && BigInteger(-7).isOdd && !BigInteger(0).isOdd)
  }

  @Test func doublesAreCutOff() {
    #expect(Double(BigInteger(0)) == 0)
    #expect(Double(BigInteger(-3)) == -3)
    #expect(Double((BigInteger(1) << 53) + 1) == 0x1p53)
    #expect(Double(BigInteger(1) << 1023) == 0x1p1023)
    #expect(Double(BigInteger(1) << 1024) == .infinity)
    #expect(Double(-(BigInteger(1) << 5000)) == -.infinity)
  }

  @Test func equalIntegersHashEqually() {
    let set: Set<BigInteger> = [1, -1, 0, BigInteger(words: [0, 1])]
    #expect(set.contains(BigInteger(3) - BigInteger(2)))
    #expect(set.contains(BigInteger(1) << 64))
    #expect(!set.contains(2))
    #expect(set.count == 4)
  }
}
