// SPDX-License-Identifier: Apache-2.0

import BFV
import Crypto
import RLWE
import TestSupport
import Testing

/// What travels of messages modulo a product of plaintext moduli.
@Suite struct CRTWireTests {
  /// A kind of object: valid bytes, and a reader that gives them back.
  struct Format: Sendable, CustomTestStringConvertible {
    let kind: WireKind
    let bytes: [UInt8]
    let reread: @Sendable ([UInt8], CRTParameters) throws -> [UInt8]

    var testDescription: String { kind.description }
  }

  static let golden = try? CRTGoldenObjects()

  static let formats: [Format] = {
    guard let golden else { return [] }
    return [
      Format(kind: .crtCiphertext, bytes: golden.ciphertext.serialized()) {
        try CRTCiphertext(serialized: $0, parameters: $1).serialized()
      },
      Format(kind: .crtSecretKey, bytes: golden.secretBytes) {
        try CRTSecretKey(serialized: $0, parameters: $1).serialized()
      },
      Format(kind: .crtPlaintext, bytes: golden.plaintext.serialized()) {
        try CRTPlaintext(serialized: $0, parameters: $1).serialized()
      },
    ]
  }()

  @Test func everyKindIsThere() {
    #expect(Self.formats.count == 3)
  }

  /// The files are what the fixed seeds give, mean what they should, and are written again as the same bytes.
  @Test func theGoldenFilesAreReadAndWritten() throws {
    let golden = try #require(Self.golden)
    try GoldenTests.compare(golden.files())
    let parameters = golden.parameters
    let secretBytes = try GoldenTests.read("crt-secret-key.bin")
    let secret = try CRTSecretKey(serialized: secretBytes, parameters: parameters)
    #expect(secret.serialized() == secretBytes)
    let plaintextBytes = try GoldenTests.read("crt-plaintext.bin")
    let plaintext = try CRTPlaintext(serialized: plaintextBytes, parameters: parameters)
    #expect(plaintext.coefficients == golden.message && plaintext.serialized() == plaintextBytes)
    let ciphertextBytes = try GoldenTests.read("crt-ciphertext.bin")
    let ciphertext = try CRTCiphertext(serialized: ciphertextBytes, parameters: parameters)
    #expect(ciphertext.serialized() == ciphertextBytes)
    #expect(ciphertext.parts.map(\.limbCount) == [3, 2, 1])
    #expect(ciphertext.parts.map(\.key) == (0..<3).map(CRTGoldenObjects.identifier))
    #expect(try secret.decrypt(ciphertext) == plaintext)
    #expect(try secret.decryptForRelease(ciphertext) == plaintext)
  }

  /// One header, then what the objects of the parts have after theirs.
  @Test func objectsAreThoseOfTheirPartsUnderOneHeader() throws {
    let golden = try #require(Self.golden)
    let (parameters, ciphertext) = (golden.parameters, golden.ciphertext)
    let header = CRTGoldenObjects.header(kind: 19, parameters)
    #expect(header[8...] == parameters.digest.bytes[...])
    #expect(ciphertext.serialized() == header + ciphertext.parts.flatMap { $0.serialized().dropFirst(40) })
    #expect(
      golden.plaintext.serialized()
        == CRTGoldenObjects.header(kind: 21, parameters)
        + golden.plaintext.parts.flatMap { $0.serialized().dropFirst(40) })
    // 16 coefficients of 7, 20 and 8 bits.
    #expect(golden.plaintext.serialized().count == 40 + 14 + 40 + 16 + 2)
    #expect(try golden.secretKey().serialized() == golden.secretBytes)
    #expect(golden.secretBytes.count == 40 + 3 * (16 + 4) + 16)
  }

  /// Everything that two sides have to send each other, and the owner to keep.
  @Test func bothSidesWorkWithWhatTravelled() throws {
    let set = SwitchingSet.tiny[1]
    let parameters = try CRTTests.parameters(set, moduli: [97, 64, 101])
    let owner = CRTSecretKey(parameters: parameters)
    let kept = owner.serialized()
    let publicKeys = try zip(owner.publicKeys(), parameters.components).map {
      try PublicKey(serialized: $0.serialized(), parameters: $1.rlwe)
    }
    let keys = try zip(
      owner.seededEvaluationKeys(EvaluationKeyRequest(relinearization: true)), parameters.components
    ).map { try EvaluationKeys(serialized: $0.serialized(), parameters: $1.rlwe) }
    var generator = TestGenerator(seed: 0x7B_0001)
    let values = CRTTests.random(16, parameters.modulus, &generator)
    let plaintext = try CRTPlaintext(coefficients: values, parameters: parameters)
    let two = try CRTPlaintext(coefficients: [2], parameters: parameters)
    let sent = try plaintext.encrypted(with: publicKeys).serialized()
    let received = try CRTCiphertext(serialized: sent, parameters: parameters)
    let evaluator = CRTEvaluator(parameters: parameters)
    let reply = try evaluator.multiply(received, owner.encrypt(two), with: keys).serialized()
    let again = try CRTSecretKey(serialized: kept, parameters: parameters)
    let result = try again.decryptForRelease(CRTCiphertext(serialized: reply, parameters: parameters))
    #expect(result.coefficients == values.map { CRTTests.product($0, 2, parameters.modulus) }, "\(generator)")
  }

  @Test(arguments: formats)
  func everyTruncationIsRefused(_ format: Format) throws {
    let parameters = try #require(Self.golden).parameters
    for length in 0..<format.bytes.count {
      #expect("length \(length)") {
        try format.reread(Array(format.bytes[..<length]), parameters)
      } throws: { error in
        guard case .truncated(let needed, let available) = error as? WireError else { return false }
        return needed > available
      }
    }
    for extra in [1, 2, 100] {
      #expect(throws: WireError.trailingBytes(extra)) {
        try format.reread(format.bytes + [UInt8](repeating: 0, count: extra), parameters)
      }
    }
  }

  /// One bit flipped: a typed error, or another valid object that says the same bytes; never where there is a checksum.
  @Test(arguments: formats)
  func everyBitFlipIsRefusedOrRead(_ format: Format) throws {
    let parameters = try #require(Self.golden).parameters
    for bit in 0..<format.bytes.count * 8 {
      var bytes = format.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        let again = try format.reread(bytes, parameters)
        #expect(again == bytes, "bit \(bit)")
        #expect(bit >= 40 * 8 && format.kind != .crtSecretKey, "bit \(bit) was flipped and accepted")
      } catch {
        #expect(error is WireError, "bit \(bit)")
      }
    }
  }

  @Test(arguments: formats)
  func randomBytesAreRefusedOrRead(_ format: Format) throws {
    let parameters = try #require(Self.golden).parameters
    var generator = TestGenerator(seed: 0x7B_0002)
    for _ in 0..<2000 {
      var bytes = format.bytes
      for _ in 0...generator.next(below: 8) {
        bytes[Int(generator.next(below: UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: generator.next())
      }
      if generator.next() % 2 == 0 { bytes.replaceSubrange(..<40, with: format.bytes[..<40]) }
      do {
        let again = try format.reread(bytes, parameters)
        #expect(again == bytes, "\(generator)")
      } catch {
        #expect(error is WireError, "\(generator)")
      }
    }
  }

  @Test(arguments: formats)
  func headersAreChecked(_ format: Format) throws {
    let parameters = try #require(Self.golden).parameters
    func refuses(_ expected: WireError, _ change: (inout [UInt8]) -> Void) {
      var bytes = format.bytes
      change(&bytes)
      #expect(throws: expected) { try format.reread(bytes, parameters) }
    }
    refuses(.notTacit) { $0[0] = 0x74 }
    refuses(.unsupportedVersion(2)) { $0[4] = 2 }
    for kind in WireKind.allCases where kind != format.kind {
      refuses(.wrongKind(expected: format.kind, found: kind.rawValue)) { $0[5] = kind.rawValue }
    }
    refuses(.outOfRange(field: "reserved header field")) { $0[6] = 1 }
  }

  /// The digest tells the sets, their number and their order, and is not that of one of them.
  @Test(arguments: formats)
  func otherSetsAreRefused(_ format: Format) throws {
    let parameters = try #require(Self.golden).parameters
    let others = try [[1 << 20, 97, 257], [97, 1 << 20], [97, 1 << 20, 257, 2003], [97]].map {
      try CRTParameters(CRTGoldenObjects.literal, plaintextModuli: $0)
    }
    for other in others {
      #expect(throws: WireError.parametersMismatch(expected: other.digest, found: parameters.digest)) {
        try format.reread(format.bytes, other)
      }
      // Bytes that claim to be of the other sets have too few or too many parts, or one that does not fit.
      var forged = format.bytes
      forged.replaceSubrange(8..<40, with: other.digest.bytes)
      if other.components.count != 3 {
        #expect(throws: WireError.self) { try format.reread(forged, other) }
      }
    }
    #expect(Set((others + [parameters]).map(\.digest)).count == 5)
    #expect(others[3].digest != others[3].components[0].rlwe.digest)
  }

  @Test func numbersOutOfRangeAreRefusedInEveryPart() throws {
    let golden = try #require(Self.golden)
    let parameters = golden.parameters
    func refuses(_ field: String, _ bytes: [UInt8], _ read: ([UInt8]) throws -> Void) {
      #expect(throws: WireError.outOfRange(field: field)) { try read(bytes) }
    }
    let readCiphertext: ([UInt8]) throws -> Void = { _ = try CRTCiphertext(serialized: $0, parameters: parameters) }
    let good = golden.ciphertext.serialized()
    var start = 40
    for part in golden.ciphertext.parts {
      for limbs in [0, 4, 255] as [UInt8] {
        var bytes = good
        bytes[start + 33] = limbs
        refuses("number of primes", bytes, readCiphertext)
      }
      var bytes = good
      bytes[start + 32] = 2
      refuses("noise bound", bytes, readCiphertext)
      bytes = good
      bytes.replaceSubrange(start + 16..<start + 24, with: [255, 255, 255, 255, 255, 255, 255, 127])
      refuses("noise bound", bytes, readCiphertext)
      // The first residue, 30 bits: all ones is above the prime.
      bytes = good
      bytes.replaceSubrange(start + 34..<start + 38, with: [255, 255, 255, good[start + 37] | 0x3f])
      refuses("a residue", bytes, readCiphertext)
      start += part.serialized().count - 40
    }
    #expect(start == good.count)
    // 97 in 7 bits; 2^20 fills its 20 bits; 257 in 9 bits.
    let plain = golden.plaintext.serialized()
    for offset in [40, 40 + 14 + 40] {
      var bytes = plain
      bytes.replaceSubrange(offset..<offset + 2, with: [255, 255])
      refuses("a coefficient", bytes) { _ = try CRTPlaintext(serialized: $0, parameters: parameters) }
    }
    for index in 0..<3 {
      var bytes = golden.secretBytes.dropLast(16)
      bytes[40 + 20 * index + 16] |= 3  // the pair of bits 3 stands for nothing
      bytes += SHA256.hash(data: Array(bytes)).prefix(16)
      refuses("a coefficient of the secret", Array(bytes)) {
        _ = try CRTSecretKey(serialized: $0, parameters: parameters)
      }
    }
    var bytes = golden.secretBytes
    bytes[40] ^= 1
    #expect(throws: WireError.checksum) { _ = try CRTSecretKey(serialized: bytes, parameters: parameters) }
  }
}
