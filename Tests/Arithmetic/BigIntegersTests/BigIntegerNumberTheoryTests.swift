// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import TestSupport
import Testing

@Suite struct BigIntegerNumberTheoryTests {
  @Test func inversesModuloSmallIntegers() {
    for modulus in 1...60 {
      for x in -60...60 {
        let m = BigInteger(modulus)
        let exists = modulus == 1 || (0..<modulus).contains { (($0 * x) % modulus + modulus) % modulus == 1 }
        let inverse = BigInteger(x).inverse(modulo: m)
        #expect((inverse != nil) == exists, "\(x) modulo \(modulus)")
        guard let inverse else { continue }
        #expect(inverse >= 0 && inverse < m)
        #expect((inverse * BigInteger(x) - 1).modulo(m).isZero)
      }
    }
  }

  @Test func divisorsAndMultiples() {
    for x in -30...30 {
      for y in -30...30 {
        var (a, b) = (abs(x), abs(y))
        while b != 0 { (a, b) = (b, a % b) }
        #expect(BigInteger.gcd(BigInteger(x), BigInteger(y)) == BigInteger(a))
        let multiple = a == 0 ? 0 : abs(x) / a * abs(y)
        #expect(BigInteger.lcm(BigInteger(x), BigInteger(y)) == BigInteger(multiple))
      }
    }
  }

  @Test func primality() {
    for x in -3...2000 {
      let prime = x >= 2 && !(2..<x).contains { $0 * $0 <= x && x % $0 == 0 }
      #expect(BigInteger(x).isProbablePrime == prime, "\(x)")
    }
    #expect(((BigInteger(1) << 127) - 1).isProbablePrime)
    #expect(!((BigInteger(1) << 128) + 1).isProbablePrime)
  }

  @Test func modularPowers() {
    for modulus in 1...20 {
      for base in -10...10 {
        var expected = 1 % modulus
        for exponent in 0...12 {
          let power = BigInteger(base).powerModulo(BigInteger(exponent), modulus: BigInteger(modulus))
          #expect(power == BigInteger(expected), "\(base)^\(exponent) modulo \(modulus)")
          expected = ((expected * base) % modulus + modulus) % modulus
        }
      }
    }
    let mersenne = (BigInteger(1) << 127) - 1
    #expect(BigInteger(3).powerModulo(mersenne - 1, modulus: mersenne) == 1)
  }

  @Test func chineseRemainderIsExhaustivelyRight() {
    let moduli: [UInt64] = [3, 4, 5, 7]
    for x in 0..<UInt64(420) {
      #expect(BigInteger.chineseRemainder(residues: moduli.map { x % $0 }, moduli: moduli) == BigInteger(x))
    }
    #expect(BigInteger.chineseRemainder(residues: [], moduli: []).isZero)
  }

  @Test func chineseRemainderOfWideModuli() {
    var generator = TestGenerator(seed: 0xB16_0003)
    let moduli: [UInt64] = [(1 << 61) - 1, 1 << 62, UInt64.max, 3_037_000_493]
    // 2^64 - 1 = 3·5·17·257·641·65537·6700417 shares no factor with the others.
    for _ in 0..<200 {
      let residues = moduli.map { generator.words(1, below: $0)[0] }
      let value = BigInteger.chineseRemainder(residues: residues, moduli: moduli)
      #expect(value >= 0 && value < moduli.reduce(BigInteger(1)) { $0 * BigInteger($1) }, "\(generator)")
      #expect(moduli.map { value.residue(modulo: $0) } == residues, "\(generator)")
    }
  }
}
