// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct ConversionTests {
  struct Case: CustomStringConvertible, Sendable {
    let from: [UInt64]
    let to: [UInt64]
    let count: Int

    var description: String { "\(from) to \(to), \(count) coefficients" }
  }

  private static func primes(_ bits: Int, _ count: Int, excluding: Set<UInt64> = []) -> [UInt64] {
    (try? NTTPrimes.largest(below: bits, degree: 8, count: count, excluding: excluding)) ?? []
  }

  private static func cases(limit: UInt64) -> [Case] {
    let narrow = primes(36, 6)
    let widest = 63 - limit.leadingZeroBitCount
    let wide = primes(widest, 12)
    return [
      Case(from: [17], to: [97], count: 40),
      Case(from: [17, 97, 113], to: [2, 193, 65_537], count: 200),
      Case(from: [2, 3, 5, 7, 11, 13], to: [4, 9, 1 << 40], count: 33),
      Case(from: Array(narrow[..<2]), to: [narrow[2]], count: 1),
      Case(from: Array(narrow[..<3]), to: Array(narrow[3...]), count: 129),
      Case(from: Array(narrow[..<3]), to: Array(wide[..<2]), count: 65),
      Case(from: Array(wide[..<5]), to: Array(wide[5..<9]) + [17], count: 71),
      Case(from: Array(wide[..<2]), to: narrow, count: 7),
      Case(from: primes(33, 64), to: [wide[0], wide[1], narrow[0]], count: 19),
      Case(from: primes(widest, 64), to: [wide[0] - 6, (1 << 36) - 5, 3], count: 19),
      Case(from: Array(narrow[..<2]), to: [], count: 5), Case(from: [17], to: [19], count: 0),
    ]
  }

  @Test(arguments: KernelBackend.supported)
  func agreesWithChineseRemaindering(_ backend: KernelBackend) throws {
    var generator = TestGenerator(seed: 0xBA5E_0001)
    for test in Self.cases(limit: backend.modulusLimit) {
      let from = test.from.map { BigInteger($0) }
      let product = from.reduce(BigInteger(1)) { $0 * $1 }
      let cofactors = from.map { product.floorQuotientAndRemainder(dividingBy: $0).quotient }
      let inverses = try zip(cofactors, from).map { try #require($0.inverse(modulo: $1)).lowWord }
      let factors = test.to.flatMap { p in cofactors.map { $0.residue(modulo: p) } }
      // Rows with gaps; the words between must stay as they are.
      let (inputStride, outStride) = (test.count + 3, test.count + 5)
      var input = [UInt64](repeating: .max, count: inputStride * test.from.count)
      for (row, q) in test.from.enumerated() {
        input.replaceSubrange(
          row * inputStride..<row * inputStride + test.count, with: generator.words(test.count, below: q))
      }
      var output = [UInt64](repeating: 0xDEAD, count: outStride * test.to.count)
      var span = output.mutableSpan
      backend.convert(
        &span, outStride: outStride, input.span, inputStride: inputStride, count: test.count,
        by: RNSConversion(
          from: test.from.map { Modulus($0) }, to: test.to.map { Modulus($0) }, inverses: inverses, factors: factors))
      for k in 0..<test.count {
        let residues = test.from.indices.map { input[$0 * inputStride + k] }
        // The sum that the kernel reduces, over the integers, is x + a·Q.
        let sum = test.from.indices.reduce(BigInteger()) { sum, i in
          sum + (BigInteger(residues[i]) * BigInteger(inverses[i])).modulo(from[i]) * cofactors[i]
        }
        let x = BigInteger.chineseRemainder(residues: residues, moduli: test.from)
        let excess = (sum - x).truncatingQuotientAndRemainder(dividingBy: product)
        #expect(excess.remainder.isZero && excess.quotient >= 0 && excess.quotient < BigInteger(test.from.count))
        for (j, p) in test.to.enumerated() where output[j * outStride + k] != sum.residue(modulo: p) {
          Issue.record("coefficient \(k) modulo \(p): \(test), \(generator)")
        }
      }
      for j in test.to.indices {
        #expect(output[(j * outStride + test.count)..<(j + 1) * outStride].allSatisfy { $0 == 0xDEAD }, "\(test)")
      }
    }
  }

  @Test(arguments: KernelBackend.supported)
  func oneModulusToAnotherIsExhaustivelyReduction(_ backend: KernelBackend) {
    for q in UInt64(2)...40 {
      for p in UInt64(2)...40 {
        let input = Array(0..<q)
        var output = [UInt64](repeating: 0, count: Int(q))
        var span = output.mutableSpan
        backend.convert(
          &span, outStride: Int(q), input.span, inputStride: Int(q), count: Int(q),
          by: RNSConversion(from: [Modulus(q)], to: [Modulus(p)], inverses: [1], factors: [1 % p]))
        #expect(output == input.map { $0 % p }, "\(q) to \(p)")
      }
    }
  }

  /// The formula of the contract, in big integers.
  private func expected(
    _ x: [UInt64], own: UInt64?, from: [UInt64], inverses: [UInt64], factors: [UInt64], fractions: [(UInt64, UInt64)],
    correction: UInt64, ownFactor: UInt64, modulo p: UInt64
  ) -> UInt64 {
    let y = from.indices.map { BigInteger(x[$0]) * BigInteger(inverses[$0]) }.enumerated().map {
      $1.modulo(BigInteger(from[$0]))
    }
    let radix = BigInteger(1 << 52)
    var sum = BigInteger(1 << 51)
    for (i, fraction) in fractions.enumerated() {
      sum = sum + y[i] * BigInteger(fraction.0)
      sum = sum + (y[i] * BigInteger(fraction.1)).floorQuotientAndRemainder(dividingBy: radix).quotient
    }
    let rounded = fractions.isEmpty ? BigInteger() : sum.floorQuotientAndRemainder(dividingBy: radix).quotient
    var result = rounded * BigInteger(correction)
    for i in from.indices { result = result + y[i] * BigInteger(factors[i]) }
    if let own { result = result + BigInteger(own) * BigInteger(ownFactor) }
    return result.residue(modulo: p)
  }

  /// Any constants at all, extreme ones among them: the formula is what is promised, not only what schemes make of it.
  @Test(arguments: KernelBackend.supported, [false, true])
  func roundsAndAddsAsTheContractSays(_ backend: KernelBackend, _ hasOwn: Bool) {
    var generator = TestGenerator(seed: 0xBA5E_0002)
    for test in Self.cases(limit: backend.modulusLimit) where test.count > 0 && !test.to.isEmpty {
      for extreme in [false, true] {
        func residues(_ q: UInt64, _ count: Int) -> [UInt64] {
          extreme ? Array(repeating: q - 1, count: count) : generator.words(count, below: q)
        }
        // Extreme inputs go in as they are: without inverses.
        let inverses = test.from.map { extreme ? 1 : residues($0, 1)[0] }
        let factors = test.to.map { residues($0, test.from.count) }
        let digits = test.from.map { _ in (residues(1 << 52, 1)[0], residues(1 << 52, 1)[0]) }
        let corrections = test.to.map { residues($0, 1)[0] }
        let ownFactors = test.to.map { residues($0, 1)[0] }
        let input = test.from.flatMap { residues($0, test.count) }
        let own = test.to.flatMap { residues($0, test.count) }
        let conversion = RNSConversion(
          from: test.from.map { Modulus($0) }, to: test.to.map { Modulus($0) }, inverses: extreme ? [] : inverses,
          factors: factors.flatMap { $0 },
          rounding: RNSConversion.Rounding(
            fractions: digits.map { (high: $0.0, low: $0.1) }, corrections: corrections),
          ownFactors: hasOwn ? ownFactors : [])
        var output = own
        var span = output.mutableSpan
        if hasOwn {
          backend.convert(
            &span, outStride: test.count, input.span, inputStride: test.count, own: own.span, ownStride: test.count,
            count: test.count, by: conversion)
        } else {
          backend.convert(
            &span, outStride: test.count, input.span, inputStride: test.count, count: test.count, by: conversion)
        }
        for k in 0..<test.count {
          for (j, p) in test.to.enumerated() {
            let place = j * test.count + k
            let expected = expected(
              test.from.indices.map { input[$0 * test.count + k] }, own: hasOwn ? own[place] : nil, from: test.from,
              inverses: inverses, factors: factors[j], fractions: digits, correction: corrections[j],
              ownFactor: ownFactors[j], modulo: p)
            guard output[place] == expected else {
              Issue.record("coefficient \(k) modulo \(p), extreme \(extreme): \(test), \(generator)")
              return
            }
          }
        }
      }
    }
  }
}
