// SPDX-License-Identifier: Apache-2.0

import Randomness
import Testing

/// The bytes from `start` of the stream, drawn in one piece.
func streamBytes(_ seed: Seed, label: String, start: Int = 0, count: Int) -> [UInt8] {
  var stream = RandomStream(seed: seed, label: label)
  var bytes = [UInt8](repeating: 0, count: start + count)
  var span = bytes.mutableSpan
  stream.fill(bytes: &span)
  return Array(bytes[start...])
}

/// The words of the stream, little endian.
func streamWords(_ seed: Seed, label: String, count: Int) -> [UInt64] {
  let bytes = streamBytes(seed, label: label, count: 8 * count)
  return (0..<count).map { k in (0..<8).reduce(0) { $0 | UInt64(bytes[8 * k + $1]) << UInt64(8 * $1) } }
}

/// The first place where two arrays differ, or nil where they are equal: what a failure prints instead of the arrays.
func firstDifference<Word: Equatable>(_ lhs: [Word], _ rhs: [Word]) -> Int? {
  if lhs == rhs { return nil }
  return zip(lhs, rhs).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lhs.count, rhs.count)
}

/// The seed 00 01 02 … 1f.
func knownSeed() throws -> Seed {
  try Seed(bytes: Array(0..<32))
}

func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = hexadecimal.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

// The constants of this file and of SamplingTests.swift come from Python's `cryptography`:
//
//   def hkdf(seed, info):
//       return HKDF(SHA256(), 32, None, info).derive(seed)
//
//   def stream(seed, label, count):
//       key = hkdf(seed, b"tacit/v1/stream/" + label)
//       return Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(bytes(count))
//
//   s = stream(bytes(range(32)), b"known answer", 1 << 20)
//   print(s[:40].hex(), s[400000:400016].hex(), s[(1 << 20) - 16:].hex())
//   print(hkdf(bytes(range(32)), b"tacit/v1/seed/child").hex())
@Suite struct RandomStreamTests {
  @Test func knownAnswer() throws {
    let stream = streamBytes(try knownSeed(), label: "known answer", count: 1 << 20)
    #expect(
      Array(stream[..<40])
        == bytes("401cf2f77db290063af1e294a6a4eb8c26250f3c440618ed9e76cb7a04bbfabd154d5db1e4ef6c37"))
    #expect(Array(stream[400_000..<400_016]) == bytes("2af152cb775ac2909034acbdcdd745ff"))
    #expect(Array(stream[((1 << 20) - 16)...]) == bytes("3c373bd3c70e47e5e313d8cf2998c115"))
  }

  @Test func knownAnswerOfADerivedSeed() throws {
    #expect(
      try knownSeed().derived(label: "child").bytes
        == bytes("50a70dbc3ca61364c19da8c46d82a0d21ee90ec4bf2255cf18d2e132b69edf67"))
  }

  @Test func fillingInPiecesIsFillingAtOnce() throws {
    let seed = try knownSeed()
    let count = 900_000
    let whole = streamBytes(seed, label: "pieces", count: count)
    for sizes in [[1], [3, 8, 5], [4096], [4095, 1], [7, 327_680, 13], [400_000], [0, 8191, 16]] {
      var stream = RandomStream(seed: seed, label: "pieces")
      var pieces = [UInt8](repeating: 0, count: count)
      var (start, turn) = (0, 0)
      while start < count {
        let size = min(sizes[turn % sizes.count], count - start)
        var span = pieces.mutableSpan
        var piece = span._mutatingExtracting(start..<start + size)
        stream.fill(bytes: &piece)
        start += size
        turn += 1
      }
      #expect(firstDifference(pieces, whole) == nil, "pieces of \(sizes)")
    }
  }

  @Test func wordsAreTheNextEightBytes() throws {
    let seed = try knownSeed()
    for offset in 0..<9 {
      var stream = RandomStream(seed: seed, label: "words")
      var skipped = [UInt8](repeating: 0, count: offset)
      var span = skipped.mutableSpan
      stream.fill(bytes: &span)
      let expected = streamBytes(seed, label: "words", start: offset, count: 8 * 2000)
      for k in 0..<2000 {
        let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(expected[8 * k + $1]) << UInt64(8 * $1) }
        let next = stream.nextWord()
        if next != word { Issue.record("word \(k) after \(offset) bytes") }
      }
    }
  }

  @Test func labelsAndSeedsSeparateStreams() throws {
    let seed = try knownSeed()
    var seen = Set<[UInt8]>()
    for label in ["", "a", "b", "ab", "a/b", "A", "tacit/v1/stream/", "\u{e9}"] {
      for seed in [
        seed, seed.derived(label: "a"), seed.derived(label: "b"), seed.derived(label: "a").derived(label: "b"),
      ] {
        #expect(seen.insert(streamBytes(seed, label: label, count: 16)).inserted, "label \(label)")
      }
    }
    // A seed derived with the label of a stream is not the key of that stream.
    #expect(seed.derived(label: "x") != seed.derived(label: "stream/x"))
    #expect(streamBytes(seed, label: "a", count: 64) == streamBytes(seed, label: "a", count: 64))
  }

  @Test func systemStreamsAndRandomSeedsDiffer() {
    var words = Set<UInt64>()
    for _ in 0..<64 {
      var stream = RandomStream.system()
      words.insert(stream.nextWord())
    }
    // Two of 64 words are equal with probability below 2^-53.
    #expect(words.count == 64)
    #expect(Set((0..<64).map { _ in Seed.random() }).count == 64)
  }

  @Test func seedsHaveThirtyTwoBytes() throws {
    #expect(Seed.byteCount == 32)
    for count in [0, 16, 31, 33, 64] {
      #expect(throws: RandomnessError.seedLength(count)) { try Seed(bytes: Array(repeating: 1, count: count)) }
    }
    let seed = Seed.random()
    #expect(try Seed(bytes: seed.bytes) == seed)
  }
}
