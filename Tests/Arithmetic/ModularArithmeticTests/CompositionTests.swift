// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

/// Residues put together to signed integers, against big integers.
@Suite struct CompositionTests {
  private static let two128 = BigInteger(1) << 128

  private func inverses(_ moduli: [Modulus]) -> [UInt64] {
    moduli.indices.flatMap { j in
      moduli.indices.map { i in i < j ? moduli[j].inverse(of: moduli[j].reduce(moduli[i].value)) ?? 0 : 0 }
    }
  }

  /// The words of the integers with the residues of `values`.
  private func composed(_ values: [BigInteger], _ moduli: [Modulus], padding: Int = 0) -> [BigInteger] {
    let stride = values.count + padding
    var residues = [UInt64](repeating: .max, count: stride * (moduli.count - 1) + values.count)
    for (j, q) in moduli.enumerated() {
      for (k, value) in values.enumerated() { residues[j * stride + k] = value.residue(modulo: q.value) }
    }
    var high = [UInt64](repeating: 0, count: values.count)
    var low = [UInt64](repeating: 0, count: values.count)
    var highSpan = high.mutableSpan
    var lowSpan = low.mutableSpan
    PolynomialKernels.composeCentred(
      high: &highSpan, low: &lowSpan, residues.span, stride: stride, moduli: moduli, inverses: inverses(moduli))
    return zip(high, low).map { BigInteger(words: [$1, $0]) }
  }

  private func expected(_ values: [BigInteger], _ moduli: [Modulus]) -> [BigInteger] {
    let product = moduli.reduce(BigInteger(1)) { $0 * BigInteger($1.value) }
    return values.map { $0.centeredResidue(modulo: product).modulo(Self.two128) }
  }

  @Test(arguments: [[3, 5], [5, 3], [3, 5, 7], [17, 97], [97, 17, 3], [3, 5, 7, 11], [2, 3]] as [[UInt64]])
  func everyValueOfSmallModuli(_ values: [UInt64]) {
    // Only odd moduli have a middle.
    let moduli = values.filter { $0 & 1 == 1 }.map { Modulus($0) }
    guard moduli.count >= 2 else { return }
    let product = values.reduce(1, *)
    let all = (0..<product).map { BigInteger($0) }
    #expect(composed(all, moduli) == expected(all, moduli))
  }

  @Test(arguments: 2...8)
  func extremesAndRandomValues(_ count: Int) throws {
    var generator = TestGenerator(seed: 0xC095E + UInt64(count))
    for bits in [20, 25, 30, 36, 40, 46, 50, 58, 61] {
      let moduli = try NTTPrimes.largest(below: bits, degree: 64, count: count).shuffled(using: &generator)
        .map { Modulus($0) }
      let product = moduli.reduce(BigInteger(1)) { $0 * BigInteger($1.value) }
      var values: [BigInteger] = [0, 1, -1, 2, -2]
      let half = product / 2
      for near in 0..<4 { values += [half - BigInteger(near), half + BigInteger(near), -half + BigInteger(near)] }
      for power in stride(from: 1, to: product.bitWidth, by: 3) {
        values += [BigInteger(1) << power, -(BigInteger(1) << power), (BigInteger(1) << power) - 1]
      }
      var partial = BigInteger(1)
      for q in moduli {
        partial *= BigInteger(q.value)
        values += [partial - 1, partial, partial / 2, partial / 2 + 1, -(partial / 2), -(partial / 2) - 1]
      }
      for _ in 0..<200 {
        let width = 1 + Int(generator.next(below: UInt64(product.bitWidth)))
        let value = BigInteger(words: (0..<8).map { _ in generator.next() }).modulo(BigInteger(1) << width)
        values.append(generator.next() & 1 == 0 ? value : -value)
      }
      let padding = Int(generator.next(below: 9))
      #expect(
        composed(values, moduli, padding: padding) == expected(values, moduli), "\(count) of \(bits) bits, \(generator)"
      )
    }
  }

  /// Moduli of very different sizes, in every order of size.
  @Test func mixedWidths() throws {
    var generator = TestGenerator(seed: 0xC0960)
    let primes = try [5, 20, 33, 46, 61].map { try NTTPrimes.largest(below: $0, degree: 8, count: 1)[0] }
    for _ in 0..<60 {
      let moduli = primes.shuffled(using: &generator).prefix(2 + Int(generator.next(below: 4))).map { Modulus($0) }
      let values = (0..<40).map { _ in
        let value = BigInteger(words: [generator.next(), generator.next()]).modulo(BigInteger(1) << 126)
        return generator.next() & 1 == 0 ? value : -value
      }
      #expect(composed(values, moduli) == expected(values, moduli), "\(moduli), \(generator)")
    }
  }

  @Test func everyResidueIsCentred() {
    for value in stride(from: UInt64(3), through: 301, by: 2) {
      let q = Modulus(value)
      var words = Array(0..<value)
      var out = [UInt64](repeating: 0, count: words.count)
      var span = out.mutableSpan
      PolynomialKernels.centre(&span, words.span, modulo: q)
      words = (0..<value).map { UInt64(bitPattern: $0 <= (value - 1) / 2 ? Int64($0) : Int64($0) - Int64(value)) }
      #expect(out == words, "modulo \(value)")
    }
  }

  @Test(arguments: [20, 36, 46, 50, 61, 62])
  func wideResiduesAreCentred(_ bits: Int) throws {
    var generator = TestGenerator(seed: 0xC0961)
    let q = Modulus(try NTTPrimes.largest(below: bits, degree: 8, count: 1)[0])
    for count in [0, 1, 7, 8, 9, 64, 131] {
      let input = generator.words(count, below: q.value)
      var out = [UInt64](repeating: 7, count: count)
      var span = out.mutableSpan
      PolynomialKernels.centre(&span, input.span, modulo: q)
      let expected = input.map { BigInteger($0).centeredResidue(modulo: BigInteger(q.value)) }
      #expect(out.map { BigInteger(Int64(bitPattern: $0)) } == expected, "\(generator)")
    }
  }
}

private func / (lhs: BigInteger, rhs: BigInteger) -> BigInteger {
  lhs.floorQuotientAndRemainder(dividingBy: rhs).quotient
}
