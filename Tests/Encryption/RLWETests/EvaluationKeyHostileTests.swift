// SPDX-License-Identifier: Apache-2.0

import PolynomialRing
import RLWE
import TestSupport
import Testing

/// Bytes that are no evaluation keys: a typed error, and nothing allocated for what is not there.
@Suite struct EvaluationKeyHostileTests {
  /// Keys of N = 16 with the offsets of what is in their bytes.
  struct Victim {
    let parameters: RLWEParameters
    let bytes: [UInt8]

    /// 40 header, 16 key, 1 + 1 + 4 counts, 4 an element, 16 checksum.
    let firstKey = 62 + 2 * 4 + 16

    /// Two digits modulo primes of 30, 23, 40 and 42 bits.
    let keyByteCount = 32 + 2 * 2 * (30 + 23 + 40 + 42) + 16

    init() throws {
      parameters = try WireTests.parameters()
      bytes = try SecretKey(parameters: parameters).evaluationKeys(
        EvaluationKeyRequest(relinearization: true, rotations: [1, 2], degree: 16)
      ).serialized()
      #expect(bytes.count == firstKey + 3 * keyByteCount)
    }

    /// Every way to read.
    func readers() -> [(name: String, read: ([UInt8]) throws -> Void)] {
      let parameters = parameters
      return [
        ("seeded", { _ = try SeededEvaluationKeys(serialized: $0, parameters: parameters) }),
        ("expanded", { _ = try EvaluationKeys(serialized: $0, parameters: parameters) }),
        (
          "seeded, streamed",
          {
            _ = try SeededEvaluationKeys(
              readFrom: EvaluationKeyWireTests.Source($0, piece: 50).next, parameters: parameters)
          }
        ),
        (
          "expanded, streamed",
          { _ = try EvaluationKeys(readFrom: EvaluationKeyWireTests.Source($0).next, parameters: parameters) }
        ),
      ]
    }

    /// The bytes with every checksum made right again, as far as they go.
    func repaired(_ bytes: [UInt8], elements: Int = 2, keys: Int = 3) -> [UInt8] {
      var bytes = bytes
      let head = 62 + 4 * elements
      for end in [head] + (1...max(1, keys)).map({ head + 16 + $0 * keyByteCount - 16 }) where end + 16 <= bytes.count {
        var writer = WireWriter()
        writer.append(bytes: Array(bytes[..<end]))
        writer.appendChecksum()
        bytes.replaceSubrange(..<(end + 16), with: writer.bytes)
      }
      return bytes
    }

    func with(_ offset: Int, _ value: [UInt8]) -> [UInt8] {
      var bytes = bytes
      bytes.replaceSubrange(offset..<offset + value.count, with: value)
      return bytes
    }

    func expect(
      _ expected: WireError, _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) {
      for (name, read) in readers() {
        #expect(throws: expected, "\(name)", sourceLocation: sourceLocation) { try read(bytes) }
      }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let victim = try Victim()
    for (name, read) in victim.readers() {
      for length in 0..<victim.bytes.count {
        #expect("\(name), length \(length)") {
          try read(Array(victim.bytes[..<length]))
        } throws: { error in
          guard case .truncated(let needed, let available) = error as? WireError else { return false }
          return needed > available
        }
      }
    }
  }

  @Test func everyBitFlipIsRefused() throws {
    let victim = try Victim()
    // One from memory, one from a stream.
    for (name, read) in [victim.readers()[0], victim.readers()[3]] {
      for bit in 0..<victim.bytes.count * 8 {
        #expect(throws: WireError.self, "\(name), bit \(bit)") {
          try read(victim.with(bit / 8, [victim.bytes[bit / 8] ^ 1 << UInt8(bit % 8)]))
        }
      }
    }
  }

  /// The same for somebody who makes the checksums right: an error, or other keys that are written as the same bytes.
  @Test func whoeverRepairsTheChecksumsIsRefusedOrRead() throws {
    let victim = try Victim()
    var generator = TestGenerator(seed: 0x6b65)
    var accepted = 0
    for _ in 0..<3000 {
      var bytes = victim.bytes
      for _ in 0...generator.next(below: 3) {
        let place = 40 + Int(generator.next(below: generator.next() % 2 == 0 ? 60 : UInt64(bytes.count - 40)))
        bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      }
      bytes = victim.repaired(bytes)
      do {
        let keys = try SeededEvaluationKeys(serialized: bytes, parameters: victim.parameters)
        #expect(keys.serialized() == bytes, "\(generator)")
        #expect(keys.expanded().galoisElements == keys.galoisElements)
        accepted += 1
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    #expect(accepted > 0)
  }

  @Test func theHeadIsChecked() throws {
    let victim = try Victim()
    for limbs in [0, 4, 255] as [UInt8] {
      victim.expect(.outOfRange(field: "number of primes"), victim.with(56, [limbs]))
    }
    for mark in [2, 255] as [UInt8] {
      victim.expect(.outOfRange(field: "mark of a relinearisation key"), victim.with(57, [mark]))
    }
    for count in [[16, 0, 0, 0], [0, 0, 0, 0x80], [255, 255, 255, 255]] as [[UInt8]] {
      victim.expect(.outOfRange(field: "number of Galois elements"), victim.with(58, count))
    }
    // 3 and 9 are there: the identity, even ones, 2N and more, one twice, the order changed.
    #expect(Array(victim.bytes[62..<70]) == [3, 0, 0, 0, 9, 0, 0, 0])
    for elements in [
      [0, 9], [1, 9], [2, 9], [3, 8], [3, 32], [3, 33], [31, 33], [3, 1 << 31 + 1], [3, 3], [9, 3], [31, 31], [31, 1],
    ] as [[UInt32]] {
      var writer = WireWriter()
      for element in elements { writer.append(element) }
      victim.expect(.outOfRange(field: "a Galois element"), victim.repaired(victim.with(62, writer.bytes)))
    }
    victim.expect(.checksum, victim.with(62, [5]))
    victim.expect(.checksum, victim.with(56, [2]))
    victim.expect(.checksum, victim.with(40, [victim.bytes[40] ^ 1]))
  }

  @Test func keysAreChecked() throws {
    let victim = try Victim()
    let (first, size) = (victim.firstKey, victim.keyByteCount)
    // The first residue of a key has 30 bits: all ones are above the prime.
    victim.expect(
      .outOfRange(field: "a residue"), victim.repaired(victim.with(first + size + 32, [255, 255, 255, 255])))
    // A seed and a residue changed.
    victim.expect(.checksum, victim.with(first + 5, [victim.bytes[first + 5] ^ 4]))
    victim.expect(.checksum, victim.with(first + 32, [victim.bytes[first + 32] ^ 1]))
    // Two keys trade places.
    let swapped =
      victim.bytes[..<first] + victim.bytes[(first + size)..<(first + 2 * size)]
      + victim.bytes[first..<(first + size)] + victim.bytes[(first + 2 * size)...]
    victim.expect(.checksum, Array(swapped))
    // The keys of another object after this head.
    let other = try Victim()
    victim.expect(.checksum, Array(victim.bytes[..<first] + other.bytes[first...]))
  }

  @Test func bytesAfterTheEndAreRefusedWhereAllAreThere() throws {
    let victim = try Victim()
    #expect(throws: WireError.trailingBytes(2)) {
      try SeededEvaluationKeys(serialized: victim.bytes + [0, 0], parameters: victim.parameters)
    }
    #expect(throws: WireError.trailingBytes(1)) {
      try EvaluationKeys(serialized: victim.bytes + [0], parameters: victim.parameters)
    }
  }

  /// What was damaged late does not take back the keys before it.
  @Test func keysAreReadOneByOne() throws {
    let victim = try Victim()
    for damaged in 0..<3 {
      let place = victim.firstKey + damaged * victim.keyByteCount + 32
      var done = 0
      #expect(throws: WireError.checksum) {
        let source = EvaluationKeyWireTests.Source(victim.with(place, [victim.bytes[place] ^ 1]))
        _ = try EvaluationKeys(
          readFrom: source.next, parameters: victim.parameters, progress: { count, _ in done = count })
      }
      #expect(done == damaged)
    }
  }

  @Test func parametersMustHaveKeySwitching() throws {
    let literal = try ParameterTests.literal(16, [30, 23, 40], .uncheckedInsecure)
    let parameters = try RLWEParameters(literal, scheme: "test")
    var bytes = try Victim().bytes
    #expect(
      throws: WireError.parametersMismatch(
        expected: parameters.digest, found: ParameterDigest(bytes: Array(bytes[8..<40])))
    ) {
      try EvaluationKeys(serialized: bytes, parameters: parameters)
    }
    bytes.replaceSubrange(8..<40, with: parameters.digest.bytes)
    #expect(throws: WireError.impossible(.evaluationKeys)) {
      try EvaluationKeys(serialized: bytes, parameters: parameters)
    }
  }

  /// A head that announces all keys of a large ring, and nothing after it.
  @Test func whatIsAnnouncedIsNotAllocated() throws {
    let degree = 32768
    let primes = try #require(ModulusChain.primes(bitSizes: Array(repeating: 60, count: 8), degree: degree))
    let parameters = try RLWEParameters(
      RLWEParameterLiteral(
        degree: degree, moduli: Array(primes.dropLast()),
        keySwitching: .hybrid(specialModuli: [primes[7]], digitLimbs: 1), security: .uncheckedInsecure), scheme: "test")
    var writer = WireWriter(kind: .evaluationKeys, digest: parameters.digest)
    writer.append(bytes: [UInt8](repeating: 1, count: 16))
    writer.append(UInt8(7))
    writer.append(UInt8(1))
    writer.append(UInt32(degree - 1))
    let start = writer.bytes
    for element in stride(from: 3, to: 2 * degree, by: 2) { writer.append(UInt32(element)) }
    writer.appendChecksum()
    let head = writer.bytes
    let request = EvaluationKeyRequest(
      relinearization: true,
      galoisElements: Set(stride(from: 3, to: 2 * degree, by: 2).map { GaloisElement($0, degree: degree) }))
    let total = request.wireByteCount(parameters: parameters)
    #expect(total > 1 << 38)
    #expect(throws: WireError.truncated(needed: total - head.count, available: 0)) {
      try EvaluationKeys(serialized: head, parameters: parameters)
    }
    for bytes in [start, head, head + [UInt8](repeating: 0, count: 40)] {
      let source = EvaluationKeyWireTests.Source(bytes)
      #expect {
        _ = try EvaluationKeys(readFrom: source.next, parameters: parameters)
      } throws: { error in
        guard case .truncated = error as? WireError else { return false }
        return true
      }
      #expect(source.mostAsked <= 8 * 60 * degree / 8 + 32)
    }
  }
}
