// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct ModulusTests {
  @Test(arguments: Array(2...40) + [97, 193, 256])
  func scalarArithmeticIsExhaustivelyRight(_ value: UInt64) {
    let q = Modulus(value)
    for a in 0..<value {
      #expect(q.negate(a) == (value - a) % value)
      let inverse = q.inverse(of: a)
      #expect((inverse != nil) == (BigInteger.gcd(BigInteger(a), BigInteger(value)) == 1))
      if let inverse { #expect(inverse < value && inverse * a % value == 1 % value) }
      for b in 0..<value {
        guard q.add(a, b) == (a + b) % value, q.subtract(a, b) == (a + value - b) % value,
          q.multiply(a, b) == a * b % value, q.multiplyAdd(a, b, a) == (a * b + a) % value
        else {
          Issue.record("\(a) and \(b) modulo \(value)")
          return
        }
      }
    }
  }

  @Test(arguments: [(1 << 36) - 5, (1 << 50) - 27, (1 << 61) - 1, (1 << 62) - 1, 1 << 61] as [UInt64])
  func scalarArithmeticAgreesWithBigIntegers(_ value: UInt64) {
    var generator = TestGenerator(seed: 0x40D_0001 ^ value)
    let (q, big) = (Modulus(value), BigInteger(value))
    for (a, b) in zip(generator.words(500, below: value), generator.words(500, below: value)) {
      let (x, y) = (BigInteger(a), BigInteger(b))
      #expect(BigInteger(q.add(a, b)) == (x + y).modulo(big), "\(generator)")
      #expect(BigInteger(q.subtract(a, b)) == (x - y).modulo(big), "\(generator)")
      #expect(BigInteger(q.multiply(a, b)) == (x * y).modulo(big), "\(generator)")
      #expect(BigInteger(q.power(a, b)) == x.powerModulo(y, modulus: big), "\(generator)")
      #expect(q.inverse(of: a).map { BigInteger($0) } == x.inverse(modulo: big), "\(generator)")
      let word = generator.next()
      #expect(q.reduce(word) == word % value)
      let signed = Int64(bitPattern: word)
      #expect(BigInteger(q.reduce(signed: signed)) == BigInteger(signed).modulo(big), "\(generator)")
    }
    #expect(q.reduce(signed: .min) == q.negate(q.reduce(1 << 63)))
  }

  @Test func sizesAndIdentity() {
    for bits in 2...62 {
      let top = UInt64(1) << UInt64(bits - 1)
      #expect(Modulus(top).bitWidth == bits && Modulus(2 * top - 1).bitWidth == bits)
    }
    #expect(Modulus(17) == Modulus(17) && Modulus(17) != Modulus(19))
    #expect(Set([Modulus(17), Modulus(17), Modulus(19)]).count == 2)
    #expect(Modulus(17).description == "17")
    #expect(Modulus.maximumBitWidth == 62)
  }
}
