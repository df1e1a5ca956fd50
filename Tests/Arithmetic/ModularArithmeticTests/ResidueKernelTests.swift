// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct ResidueKernelTests {
  private var allModuli: [Modulus] {
    KernelBackend(.scalar).map { moduli(for: $0) } ?? []
  }

  private func run(_ start: [UInt64], _ body: (inout MutableSpan<UInt64>) -> Void) -> [UInt64] {
    var words = start
    var span = words.mutableSpan
    body(&span)
    return words
  }

  @Test func signedWordsOfSmallMagnitude() {
    var generator = TestGenerator(seed: 0x4E5_0001)
    for q in allModuli {
      let positive = generator.words(257, below: q.value)
      let signed = positive.map { generator.next() & 1 == 0 ? Int64($0) : -Int64($0) }
      let words = signed.map { UInt64(bitPattern: $0) }
      let expected = signed.map { q.reduce(signed: $0) }
      let zeros = [UInt64](repeating: 0, count: words.count)
      #expect(run(zeros) { PolynomialKernels.signedToResidues(&$0, words.span, modulo: q) } == expected, "\(generator)")
      #expect(run(words) { PolynomialKernels.signedToResiduesInPlace(&$0, modulo: q) } == expected, "\(generator)")
    }
  }

  @Test func everySmallSignedWord() {
    for value in UInt64(2)...70 {
      let q = Modulus(value)
      let signed = Array(1 - Int64(value)..<Int64(value))
      let words = run(signed.map { UInt64(bitPattern: $0) }) {
        PolynomialKernels.signedToResiduesInPlace(&$0, modulo: q)
      }
      #expect(words == signed.map { q.reduce(signed: $0) }, "modulo \(q)")
    }
  }

  @Test func wordsOfEverySize() {
    var generator = TestGenerator(seed: 0x4E5_0002)
    for q in allModuli {
      let multiples = (0..<40).map { _ in
        // Around multiples of q, where an estimated quotient is off by one.
        UInt64.max / q.value * q.value &- q.value &* generator.next(below: 1000) &+ generator.next(below: 3) &- 1
      }
      let words =
        generator.words(200, below: .max) + [.max, 1 << 63, (1 << 63) - 1, (1 << 63) + 1] + multiples
        + (0..<64).flatMap { [UInt64(1) << UInt64($0), (UInt64(1) << UInt64($0)) - 1] }
      let zeros = [UInt64](repeating: 0, count: words.count)
      #expect(
        run(zeros) { PolynomialKernels.reduceWords(&$0, words.span, modulo: q) } == words.map { $0 % q.value },
        "modulo \(q), \(generator)")
      #expect(
        run(zeros) { PolynomialKernels.reduceSignedWords(&$0, words.span, modulo: q) }
          == words.map { q.reduce(signed: Int64(bitPattern: $0)) }, "modulo \(q), \(generator)")
    }
  }

  private func allBelow(_ words: [UInt64], _ bound: UInt64) -> Bool {
    PolynomialKernels.allBelow(words.span, bound: bound)
  }

  @Test func boundsAreStrict() {
    #expect(allBelow([], 0))
    #expect(!allBelow([0], 0))
    for count in [1, 7, 8, 9, 64, 100] {
      for bound in [1, 5, 1 << 36, 1 << 63, (1 << 63) + 1, .max] as [UInt64] {
        var words = [UInt64](repeating: bound - 1, count: count)
        #expect(allBelow(words, bound))
        for place in 0..<count {
          words[place] = bound
          #expect(!allBelow(words, bound), "place \(place) of \(count), bound \(bound)")
          words[place] = .max
          #expect(!allBelow(words, bound), "place \(place) of \(count), bound \(bound)")
          words[place] = bound - 1
        }
      }
    }
  }

  @Test func zeroizedMemoryIsZero() {
    for count in [0, 1, 7, 8, 100] {
      #expect(
        run(Array(repeating: .max, count: count)) { PolynomialKernels.zeroize(&$0) }
          == Array(repeating: 0, count: count))
      var bytes = [UInt8](repeating: 0xFF, count: count + 2)
      var span = bytes.mutableSpan
      var inner = span._mutatingExtracting(1..<count + 1)
      PolynomialKernels.zeroize(&inner)
      #expect(bytes == [0xFF] + Array(repeating: 0, count: count) + [0xFF])
    }
  }
}
