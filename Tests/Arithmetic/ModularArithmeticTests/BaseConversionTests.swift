// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct BaseConversionTests {
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
      backend.baseConvert(
        &span, outStride: outStride, input.span, inputStride: inputStride, count: test.count,
        from: test.from.map { Modulus($0) }, inverses: inverses, to: test.to.map { Modulus($0) }, factors: factors)
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
        backend.baseConvert(
          &span, outStride: Int(q), input.span, inputStride: Int(q), count: Int(q), from: [Modulus(q)], inverses: [1],
          to: [Modulus(p)], factors: [1 % p])
        #expect(output == input.map { $0 % p }, "\(q) to \(p)")
      }
    }
  }
}
