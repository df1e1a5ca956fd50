// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct RoundingTests {
  /// Numbers up to 2^62 in magnitude: ties, their neighbours, powers of two, random ones of every size.
  private func numbers(_ count: Int, _ generator: inout TestGenerator) -> [Double] {
    var list: [Double] = [0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0x1p-1074, -0x1p-1074, 0x1p-1022, 0x1p62, -0x1p62]
    for exponent in 0...61 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      for x in [power - 0.5, power + 0.5, power.nextUp, power.nextDown, 1.5 * power, (power + 0.5).nextUp] {
        list += [x, -x]
      }
    }
    while list.count < count {
      let scale = Double(sign: .plus, exponent: Int(generator.next() % 70) - 8, significand: 1)
      list.append(Double(Int64(bitPattern: generator.next())) * 0x1p-63 * min(scale, 0x1p62))
    }
    return list
  }

  private func words(_ count: Int, _ generator: inout TestGenerator) -> [UInt64] {
    (0..<count).map { _ in
      let word = generator.next()
      switch generator.next() % 4 {
      case 0: return word
      case 1: return UInt64(bitPattern: Int64(bitPattern: word) >> Int64(generator.next() % 64))
      case 2: return [0, 1, .max, 1 << 63, (1 << 63) - 1, 1 << 53, (1 << 53) + 1][Int(word % 7)]
      default: return word >> (generator.next() % 64)
      }
    }
  }

  @Test(arguments: FFTBackend.supported)
  func roundsToWords(_ backend: FFTBackend) {
    var generator = TestGenerator(seed: 0x207_0001)
    for (count, scale) in [(2000, 1.0), (1999, 0.3), (1998, -1.0), (1997, 0x1p-30)] {
      let input = numbers(count, &generator)
      var out = [UInt64](repeating: 0, count: count)
      var span = out.mutableSpan
      backend.roundToWords(&span, input.span, scale: scale)
      let expected = input.map { UInt64(bitPattern: Int64(($0 * scale).rounded(.toNearestOrEven))) }
      #expect(firstDifference(out, expected) == nil, "scale \(scale), \(generator)")
    }
  }

  @Test(arguments: FFTBackend.supported, 0...20)
  func everyCountKeepsToItsSpan(_ backend: FFTBackend, _ count: Int) {
    var out = [UInt64](repeating: 7, count: count + 1)
    var reals = [Double](repeating: 7, count: count + 1)
    var span = out.mutableSpan
    var words = span._mutatingExtracting(0..<count)
    let input = (0..<count).map { Double($0) - 9.75 }
    backend.roundToWords(&words, input.span, scale: 1)
    #expect(out == input.map { UInt64(bitPattern: Int64($0.rounded())) } + [7])
    var realSpan = reals.mutableSpan
    var numbers = realSpan._mutatingExtracting(0..<count)
    backend.wordsToDoubles(&numbers, out.span.extracting(0..<count), scale: 0.5)
    #expect(reals == input.map { $0.rounded() / 2 } + [7])
    var back = reals.mutableSpan
    numbers = back._mutatingExtracting(0..<count)
    let zeros = [UInt64](repeating: 0, count: count)
    backend.wideWordsToDoubles(&numbers, high: out.span.extracting(0..<count), low: zeros.span, scale: 0x1p-64)
    #expect(reals == input.map { $0.rounded() } + [7])
    #expect(backend.largestMagnitude(input.span) == input.reduce(0) { max($0, $1.magnitude) })
  }

  @Test(arguments: FFTBackend.supported)
  func largestMagnitudeSeesEveryValue(_ backend: FFTBackend) {
    for count in [1, 7, 8, 9, 33] {
      for position in 0..<count {
        for special in [-3.5, 0x1p1000, -.infinity, .nan, -Double.nan] {
          var input = [Double](repeating: 0.25, count: count)
          input[position] = special
          let largest = backend.largestMagnitude(input.span)
          #expect(special.isNaN ? largest.isNaN : largest == special.magnitude)
        }
      }
    }
  }

  @Test(arguments: FFTBackend.supported)
  func wordsBecomeDoubles(_ backend: FFTBackend) {
    var generator = TestGenerator(seed: 0x207_0002)
    let input = words(5003, &generator)
    for scale in [1.0, 0x1p-40, 1 / 3.0] {
      var out = [Double](repeating: 0, count: input.count)
      var span = out.mutableSpan
      backend.wordsToDoubles(&span, input.span, scale: scale)
      let expected = input.map { Double(Int64(bitPattern: $0)) * scale }
      #expect(firstDifference(out, expected) == nil, "\(generator)")
    }
  }

  @Test(arguments: FFTBackend.supported)
  func wideWordsBecomeDoubles(_ backend: FFTBackend) throws {
    var generator = TestGenerator(seed: 0x207_0003)
    let low = words(5003, &generator)
    let high = words(5003, &generator).enumerated().map { index, word -> UInt64 in
      index % 3 == 0
        ? UInt64(bitPattern: Int64(bitPattern: low[index]) >> 63) : UInt64(bitPattern: Int64(bitPattern: word) >> 2)
    }
    var out = [Double](repeating: 0, count: low.count)
    var span = out.mutableSpan
    backend.wideWordsToDoubles(&span, high: high.span, low: low.span, scale: 1)
    for (index, value) in out.enumerated() {
      let exact = (BigInteger(Int(Int64(bitPattern: high[index]))) << 64) + BigInteger(low[index])
      if exact.bitWidth <= 53 {
        #expect(value == Double(exact))
      } else {
        let error = (BigInteger(exactly: value) - exact).magnitude << 52
        #expect(error <= exact.magnitude, "\(exact), \(generator)")
      }
    }
    var scalar = [Double](repeating: 0, count: low.count)
    span = scalar.mutableSpan
    try #require(FFTBackend(.scalar)).wideWordsToDoubles(&span, high: high.span, low: low.span, scale: 1)
    #expect(bitPatterns(out) == bitPatterns(scalar))
  }

  @Test(arguments: FFTBackend.supported)
  func signedWordsAreReduced(_ backend: FFTBackend) throws {
    var generator = TestGenerator(seed: 0x207_0004)
    let kernels = try #require(KernelBackend(.scalar))
    for q in moduli(for: kernels) {
      let near = [0, 1, q.value - 1, q.value, q.value &+ 1].flatMap { [$0, 0 &- $0, $0 &* 1000, 0 &- $0 &* 1000] }
      let input = near + words(201, &generator)
      var out = [UInt64](repeating: 0, count: input.count)
      var span = out.mutableSpan
      backend.reduceSignedWords(&span, input.span, modulo: q)
      let expected = input.map { BigInteger(Int(Int64(bitPattern: $0))).residue(modulo: q.value) }
      #expect(firstDifference(out, expected) == nil, "q = \(q), \(generator)")
    }
  }

  @Test(arguments: FFTBackend.supported)
  func roundsToResiduesAtAnySize(_ backend: FFTBackend) throws {
    var generator = TestGenerator(seed: 0x207_0005)
    let kernels = try #require(KernelBackend(.scalar))
    for q in moduli(for: kernels) {
      for scale in [0x1p58, 1.0, -0x1p30, 0x1p-20, 1e17, 0x1p-1000] {
        let input = numbers(803, &generator)
        var out = [UInt64](repeating: 0, count: input.count)
        var span = out.mutableSpan
        backend.roundToResidues(&span, input.span, scale: scale, modulo: q)
        let expected = input.map { x -> UInt64 in
          let rounded = (x * scale).rounded(.toNearestOrEven)
          return BigInteger(exactly: rounded).residue(modulo: q.value)
        }
        #expect(firstDifference(out, expected) == nil, "scale \(scale), q = \(q), \(generator)")
      }
    }
  }
}

extension BigInteger {
  /// The integer that a double is.
  fileprivate init(exactly x: Double) {
    guard x != 0 else {
      self.init()
      return
    }
    let fraction = BigInteger(x.significandBitPattern | 1 << 52)
    let shift = Int(x.exponent) - 52
    let magnitude = shift >= 0 ? fraction << shift : fraction >> -shift
    self = x.sign == .minus ? -magnitude : magnitude
  }
}
