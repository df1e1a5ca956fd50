// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

@Suite struct BitPackingTests {
  /// Bit b of word k is bit (k·bits + b) of the bytes.
  private func naive(_ words: [UInt64], bits: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (words.count * bits + 7) / 8)
    for (k, word) in words.enumerated() {
      for bit in 0..<bits where word >> UInt64(bit) & 1 == 1 {
        bytes[(k * bits + bit) / 8] |= 1 << UInt8((k * bits + bit) % 8)
      }
    }
    return bytes
  }

  @Test(arguments: 1...64)
  func everyWidthAndOddCounts(_ bits: Int) {
    var generator = TestGenerator(seed: 0xB175_0001 + UInt64(bits))
    let top = UInt64.max >> UInt64(64 - bits)
    for count in Array(0...17) + [31, 63, 64, 65, 127, 257, 1001] {
      let random = (0..<count).map { _ in generator.next() & top }
      for words in [random, Array(repeating: top, count: count), Array(repeating: 0, count: count)] {
        let size = PolynomialKernels.packedByteCount(count: count, bits: bits)
        let expected = naive(words, bits: bits)
        #expect(size == expected.count)
        // Sentinels around the bytes; the bytes are not aligned.
        var bytes = [UInt8](repeating: 0xA5, count: size + 2)
        var span = bytes.mutableSpan
        var inner = span._mutatingExtracting(1..<size + 1)
        PolynomialKernels.packBits(&inner, words.span, bits: bits)
        #expect(bytes == [0xA5] + expected + [0xA5], "\(count) values of \(bits) bits, \(generator)")

        var output = [UInt64](repeating: 0xA5A5, count: count + 2)
        var outSpan = output.mutableSpan
        var innerOut = outSpan._mutatingExtracting(1..<count + 1)
        PolynomialKernels.unpackBits(&innerOut, bytes.span.extracting(1..<size + 1), bits: bits)
        #expect(output == [0xA5A5] + words + [0xA5A5], "\(count) values of \(bits) bits, \(generator)")
      }
    }
  }

  @Test func unusedBitsOfTheLastByteAreIgnored() {
    var output: [UInt64] = [0, 0, 0]
    var span = output.mutableSpan
    PolynomialKernels.unpackBits(&span, [0b1110_0101, 0b1111_1110].span, bits: 3)
    #expect(output == [0b101, 0b100, 0b011])
  }
}
