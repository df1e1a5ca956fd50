// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct ScalingTests {
  private func run(_ start: [UInt64], _ body: (inout MutableSpan<UInt64>) -> Void) -> [UInt64] {
    var words = start
    var span = words.mutableSpan
    body(&span)
    return words
  }

  private func primes(_ bits: Int, _ count: Int) throws -> [UInt64] {
    try NTTPrimes.largest(below: bits, degree: 8, count: count)
  }

  @Test func everyRemainderOfSmallPlaintexts() {
    for t in UInt64(2)...48 {
      for remainder in 0..<t {
        let messages = Array(0..<t)
        let output = run(messages) { out in
          PolynomialKernels.scaleRemainder(&out, messages.span, remainder: remainder, modulo: Modulus(t))
        }
        #expect(output == messages.map { (remainder * $0 + t / 2) / t }, "t = \(t), remainder \(remainder)")
      }
    }
  }

  @Test(
    arguments: [2, 65_537, 1_032_193, (1 << 20), (1 << 36) - 5, (1 << 52) + 1, (1 << 60) + 33, (1 << 61) - 1]
      as [UInt64])
  func remaindersOfWidePlaintexts(_ t: UInt64) {
    var generator = TestGenerator(seed: 0x5CA_0001 ^ t)
    for remainder in generator.words(40, below: t) {
      let messages = generator.words(131, below: t)
      let output = run(Array(repeating: 0, count: messages.count)) { out in
        PolynomialKernels.scaleRemainder(&out, messages.span, remainder: remainder, modulo: Modulus(t))
      }
      let expected = messages.map { UInt64((UInt128(remainder) * UInt128($0) + UInt128(t / 2)) / UInt128(t)) }
      #expect(output == expected, "t = \(t), remainder \(remainder), \(generator)")
    }
  }

  @Test(
    arguments: [(36, 3, 65_537), (36, 2, 1 << 20), (50, 4, 1_032_193), (61, 2, (1 << 60) + 33)] as [(Int, Int, UInt64)])
  func encodingIsRoundingOfTheScaledMessage(_ bits: Int, _ limbs: Int, _ t: UInt64) throws {
    var generator = TestGenerator(seed: 0x5CA_0002 ^ t)
    let moduli = try primes(bits, limbs)
    let product = moduli.reduce(BigInteger(1)) { $0 * BigInteger($1) }
    let (delta, remainder) = product.floorQuotientAndRemainder(dividingBy: BigInteger(t))
    let messages = generator.words(200, below: t)
    let correction = run(messages) { out in
      PolynomialKernels.scaleRemainder(&out, messages.span, remainder: remainder.lowWord, modulo: Modulus(t))
    }
    for q in moduli {
      let start = generator.words(messages.count, below: q)
      let output = run(start) { out in
        PolynomialKernels.scaleAccumulate(
          &out, message: messages.span, correction: correction.span, delta: delta.residue(modulo: q),
          modulo: Modulus(q))
      }
      let expected = zip(start, messages).map { start, message in
        (BigInteger(start) + (product * BigInteger(message)).dividedRoundingToNearest(by: BigInteger(t)))
          .residue(modulo: q)
      }
      #expect(output == expected, "q = \(q), t = \(t), \(generator)")
    }
  }

  @Test func accumulationTakesAnyWords() {
    var generator = TestGenerator(seed: 0x5CA_0003)
    for q in KernelBackend(.scalar).map({ moduli(for: $0) }) ?? [] {
      for delta in generator.words(4, below: q.value) + [0, q.value - 1] {
        let start = generator.words(67, below: q.value)
        let messages = generator.words(66, below: .max) + [.max]
        let corrections = generator.words(66, below: .max) + [.max]
        let output = run(start) { out in
          PolynomialKernels.scaleAccumulate(
            &out, message: messages.span, correction: corrections.span, delta: delta, modulo: q)
        }
        let expected = start.indices.map {
          UInt64(
            (UInt128(delta) * UInt128(messages[$0]) + UInt128(corrections[$0]) + UInt128(start[$0])) % UInt128(q.value))
        }
        #expect(output == expected, "q = \(q), delta \(delta), \(generator)")
      }
    }
  }

  struct ScaleCase: CustomStringConvertible, Sendable {
    let bits: Int
    let limbs: Int
    let target: UInt64

    var description: String { "\(limbs) x \(bits) bits to \(target)" }
  }

  @Test(
    arguments: [(8, 1), (8, 2), (36, 1), (36, 2), (36, 3), (50, 5), (61, 3), (62, 2), (62, 64)].flatMap { bits, limbs in
      ([2, 3, 65_537, 1 << 20, (1 << 25) + 1, (1 << 50) - 27, (1 << 61) - 1, 1 << 61] as [UInt64]).map {
        ScaleCase(bits: bits, limbs: limbs, target: $0)
      }
    })
  func scalingIsExactRounding(_ test: ScaleCase) throws {
    var generator = TestGenerator(seed: 0x5CA_0004 ^ test.target)
    let moduli = try primes(test.bits, test.limbs)
    let product = moduli.reduce(BigInteger(1)) { $0 * BigInteger($1) }
    let target = BigInteger(test.target)
    let constants = try moduli.map { q in
      let cofactor = product.floorQuotientAndRemainder(dividingBy: BigInteger(q)).quotient
      let inverse = try #require(cofactor.inverse(modulo: BigInteger(q))).lowWord
      return ScaleLimb(inverse: inverse, modulus: Modulus(q), target: test.target)
    }
    for (limb, q) in zip(constants, moduli) {
      let fraction = (BigInteger(test.target % q) << 128).floorQuotientAndRemainder(dividingBy: BigInteger(q)).quotient
      #expect(BigInteger(words: [limb.fractionLow, limb.fractionHigh]) == fraction && limb.whole == test.target / q)
    }
    // Random values, the ends, and both sides of the places where the rounding turns: (2k+1)·Q / 2·target.
    var values = (0..<60).map { _ in
      BigInteger.chineseRemainder(residues: moduli.map { generator.words(1, below: $0)[0] }, moduli: moduli)
    }
    values += [0, 1, product - 1, product - 2, product >> 1, (product >> 1) + 1]
    for _ in 0..<40 {
      let odd = BigInteger(2 * generator.next(below: test.target) + 1)
      let turn = (odd * product).floorQuotientAndRemainder(dividingBy: target << 1).quotient
      values += [turn - 1, turn, turn + 1, turn + 2].filter { $0 >= 0 && $0 < product }
    }
    let stride = values.count + 2
    var input = [UInt64](repeating: .max, count: stride * (moduli.count - 1) + values.count)
    for (row, q) in moduli.enumerated() {
      for (k, x) in values.enumerated() { input[row * stride + k] = x.residue(modulo: q) }
    }
    let output = run(Array(repeating: .max, count: values.count)) { out in
      PolynomialKernels.scaleAndRound(
        &out, input.span, inputStride: stride, count: values.count, moduli: moduli.map { Modulus($0) },
        constants: constants, target: test.target)
    }
    var compared = 0
    for (k, x) in values.enumerated() {
      #expect(output[k] < test.target)
      // Distance of target·x/Q from the nearest half integer, in units of 1 / 2Q.
      let twice = (target * x) << 1
      let distance = (twice.modulo(product << 1) - product).magnitude
      let exact = (target * x).dividedRoundingToNearest(by: product)
      if distance << 59 > product * BigInteger(moduli.count) {
        compared += 1
        #expect(output[k] == exact.residue(modulo: test.target), "x = \(x), \(test), \(generator)")
      } else {
        // So near a half that either neighbour is right.
        let off = (BigInteger(output[k]) - exact).centeredResidue(modulo: target).magnitude
        #expect(off <= 1, "x = \(x), \(test), \(generator)")
      }
    }
    #expect(compared >= 30, "too few values away from half integers")
  }

  @Test func divisionRoundsToNearestExhaustively() throws {
    for (q, last) in [(17, 97), (97, 17), (7, 5), (5, 7), (193, 3), (4, 7), (2, 9)] as [(UInt64, UInt64)] {
      let values = Array(0..<q * last)
      let inverse = try #require(Modulus(q).inverse(of: last % q))
      let lastResidues = values.map { $0 % last }
      let output = run(values.map { $0 % q }) { data in
        PolynomialKernels.divideRound(
          &data, last: lastResidues.span, inverse: inverse, modulo: Modulus(q), lastModulus: Modulus(last))
      }
      #expect(output == values.map { ($0 + last / 2) / last % q }, "\(q) · \(last)")
    }
  }

  @Test(arguments: [(36, 36), (36, 61), (61, 36), (62, 50), (20, 62), (62, 62)])
  func divisionRoundsToNearest(_ bits: Int, _ lastBits: Int) throws {
    var generator = TestGenerator(seed: 0x5CA_0005 + UInt64(bits * 64 + lastBits))
    let q = try primes(bits, 2)[1]
    let last = try primes(lastBits, 1)[0]
    let values = (0..<300).map { _ in
      BigInteger.chineseRemainder(
        residues: [generator.words(1, below: q)[0], generator.words(1, below: last)[0]], moduli: [q, last])
    }
    let lastResidues = values.map { $0.residue(modulo: last) }
    let inverse = try #require(Modulus(q).inverse(of: last % q))
    let output = run(values.map { $0.residue(modulo: q) }) { data in
      PolynomialKernels.divideRound(
        &data, last: lastResidues.span, inverse: inverse, modulo: Modulus(q), lastModulus: Modulus(last))
    }
    let expected = values.map { $0.dividedRoundingToNearest(by: BigInteger(last)).residue(modulo: q) }
    #expect(output == expected, "\(generator)")
  }
}
