// SPDX-License-Identifier: Apache-2.0

import Randomness
import Testing

@Suite struct SamplingTests {
  // The same Python: with words the little-endian 8-byte words of s,
  //
  //   [3 * w // 2**64 - 1 for w in words[:24]]
  //   [bin(w % 2**21).count("1") - bin(w // 2**21 % 2**21).count("1") for w in words[:24]]
  //   m = 2 ** (bound - 1).bit_length(); [w % m for w in words[:64] if w % m < bound][:8]
  @Test func knownAnswers() throws {
    #expect(
      try signed(24) { $0.fillTernary(&$1) }
        == [-1, 0, 1, 1, -1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, -1, 1, -1, 0, 0, 0, -1])
    #expect(
      try signed(24) { $0.fillCenteredBinomial(&$1) }
        == [-11, 0, 3, 3, 0, -1, -3, -9, -1, 1, 3, 0, 0, 6, -6, -3, 0, 2, -3, 2, 6, 1, 4, -4])
    #expect(try signed(8) { $0.fillUniform(&$1, below: 5) } == [0, 2, 2, 4, 2, 3, 2, 1])
    #expect(
      try signed(8) { $0.fillUniform(&$1, below: (1 << 35) + 1) } == [
        28_267_704_634, 18_187_494_694, 19_240_023_710, 20_155_550_997, 9_945_378_354, 33_172_609_855, 25_303_258_737,
        5_294_776_201,
      ])
    #expect(
      try signed(8) { $0.fillUniform(&$1, below: 68_719_403_009) } == [
        59_994_414_144, 28_267_704_634, 18_187_494_694, 19_240_023_710, 20_155_550_997, 50_577_744_866, 50_311_124_876,
        68_413_441_290,
      ])
    #expect(
      try signed(8) { $0.fillUniformBits(&$1, bits: 20) }
        == [138_304, 192_826, 992_550, 751_262, 871_701, 730_082, 448_396, 148_746])
  }

  @Test(
    arguments: [
      1, 2, 3, 5, 6, 7, 8, 9, 255, 256, 257, 65_537, (1 << 35) + 1, 68_719_403_009, 1 << 62, 1 << 63, (1 << 63) + 1,
      .max,
    ] as [UInt64])
  func uniformIsRejectionOfTheStreamsWords(_ bound: UInt64) throws {
    let seed = try knownSeed()
    let bits = 64 - (bound - 1).leadingZeroBitCount
    let mask = bits == 0 ? 0 : UInt64.max >> UInt64(64 - bits)
    let words = streamWords(seed, label: "uniform", count: 160_000)
    let expected = words.lazy.map { $0 & mask }.filter { $0 < bound }
    // In one piece, and in pieces of all sizes, so that left-over words are used by the next.
    for sizes in [[70_000], [1, 2, 3, 500, 1021], [4096]] {
      var stream = RandomStream(seed: seed, label: "uniform")
      var samples = [UInt64](repeating: 0, count: 70_000)
      var (start, turn) = (0, 0)
      while start < samples.count {
        let size = min(sizes[turn % sizes.count], samples.count - start)
        var span = samples.mutableSpan
        var piece = span._mutatingExtracting(start..<start + size)
        stream.fillUniform(&piece, below: bound)
        start += size
        turn += 1
      }
      #expect(firstDifference(samples, Array(expected.prefix(70_000))) == nil, "bound \(bound), pieces \(sizes)")
    }
  }

  @Test(arguments: 0...63)
  func uniformBitsAreTheLowBits(_ bits: Int) throws {
    let seed = try knownSeed()
    var stream = RandomStream(seed: seed, label: "bits")
    var samples = [UInt64](repeating: .max, count: 3000)
    var span = samples.mutableSpan
    stream.fillUniformBits(&span, bits: bits)
    let mask = (UInt64(1) << UInt64(bits)) - 1
    #expect(samples == streamWords(seed, label: "bits", count: 3000).map { $0 & mask })
  }

  @Test(arguments: 0...8)
  func samplersContinueAtAnyByte(_ offset: Int) throws {
    let seed = try knownSeed()
    let count = 50_000
    let bytes = streamBytes(seed, label: "mixed", start: offset, count: 8 * count * 2)
    let words = (0..<2 * count).map { k in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 * k + $1]) << UInt64(8 * $1) }
    }
    var stream = RandomStream(seed: seed, label: "mixed")
    var skipped = [UInt8](repeating: 0, count: offset)
    var skippedSpan = skipped.mutableSpan
    stream.fill(bytes: &skippedSpan)
    var ternary = [UInt64](repeating: 7, count: count)
    var ternarySpan = ternary.mutableSpan
    stream.fillTernary(&ternarySpan)
    var binomial = [UInt64](repeating: 7, count: count)
    var binomialSpan = binomial.mutableSpan
    stream.fillCenteredBinomial(&binomialSpan)
    #expect(firstDifference(ternary, words[..<count].map { $0.multipliedFullWidth(by: 3).high &- 1 }) == nil)
    let low = UInt64((1 << 21) - 1)
    let differences = words[count...].map {
      UInt64(bitPattern: Int64(($0 & low).nonzeroBitCount - ($0 >> 21 & low).nonzeroBitCount))
    }
    #expect(firstDifference(binomial, differences) == nil)
  }

  @Test func emptySpansTakeNothing() throws {
    var stream = RandomStream(seed: try knownSeed(), label: "known answer")
    var empty: [UInt64] = []
    var span = empty.mutableSpan
    stream.fillTernary(&span)
    stream.fillCenteredBinomial(&span)
    stream.fillUniform(&span, below: 3)
    stream.fillUniformBits(&span, bits: 9)
    #expect(stream.nextWord() == 0x0690_B27D_F7F2_1C40)
  }

  /// Samples of the known stream as signed integers.
  private func signed(
    _ count: Int, _ sample: (inout RandomStream, inout MutableSpan<UInt64>) -> Void
  ) throws -> [Int64] {
    var stream = RandomStream(seed: try knownSeed(), label: "known answer")
    var samples = [UInt64](repeating: 0, count: count)
    var span = samples.mutableSpan
    sample(&stream, &span)
    return samples.map { Int64(bitPattern: $0) }
  }
}
