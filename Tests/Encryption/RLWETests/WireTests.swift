// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import TestSupport
import Testing

@Suite struct WireTests {
  static func parameters(_ scheme: String = "test") throws -> RLWEParameters {
    var literal = try ParameterTests.literal(16, [30, 23, 40], .uncheckedInsecure)
    literal.keySwitching = .hybrid(
      specialModuli: try NTTPrimes.largest(below: 42, degree: 16, count: 1, excluding: []), digitLimbs: 2)
    return try RLWEParameters(literal, scheme: scheme)
  }

  /// A kind of object: valid bytes, and a reader that gives them back.
  struct Format: Sendable, CustomTestStringConvertible {
    let kind: WireKind
    let bytes: [UInt8]
    let reread: @Sendable ([UInt8]) throws -> [UInt8]

    var testDescription: String { kind.description }
  }

  static let formats: [Format] = {
    guard let parameters = try? parameters() else { return [] }
    let secret = SecretKey(parameters: parameters)
    let publicKey = PublicKey(of: secret)
    let ciphertext = publicKey.encryptZero()
    let switched = try? ciphertext.droppingLastPrime()
    let quadratic = QuadraticCiphertext(
      parameters: parameters, key: ciphertext.key, c0: ciphertext.c0, c1: ciphertext.c1, c2: ciphertext.c0,
      noise: ciphertext.noise)
    let evaluation = QuadraticCiphertext(
      parameters: parameters, key: ciphertext.key, c0: publicKey.p0, c1: publicKey.p1, c2: publicKey.p0,
      noise: ciphertext.noise)
    let keys = try? secret.evaluationKeys(
      EvaluationKeyRequest(relinearization: true, rotations: [1, 3], degree: 16))
    return [
      Format(kind: .secretKey, bytes: secret.serialized()) {
        try SecretKey(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .publicKey, bytes: publicKey.serialized()) {
        try PublicKey(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .seededCiphertext, bytes: secret.encryptZero().serialized()) {
        try SeededCiphertext(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .shortSeededCiphertext, bytes: secret.encryptZero(limbs: 2).serialized()) {
        try SeededCiphertext(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .coefficientCiphertext, bytes: ciphertext.serialized()) {
        try Ciphertext<Coefficient>(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .coefficientCiphertext, bytes: switched?.serialized() ?? []) {
        try Ciphertext<Coefficient>(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .evaluationCiphertext, bytes: ciphertext.evaluationForm().serialized()) {
        try Ciphertext<Evaluation>(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .coefficientQuadraticCiphertext, bytes: quadratic.serialized()) {
        try QuadraticCiphertext<Coefficient>(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .evaluationQuadraticCiphertext, bytes: evaluation.serialized()) {
        try QuadraticCiphertext<Evaluation>(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .evaluationKeys, bytes: keys?.serialized() ?? []) {
        try SeededEvaluationKeys(serialized: $0, parameters: parameters).serialized()
      },
      Format(kind: .evaluationKeys, bytes: keys?.trimmed(limbCount: 1).serialized() ?? []) {
        try SeededEvaluationKeys(serialized: $0, parameters: parameters).serialized()
      },
    ]
  }()

  @Test(arguments: formats)
  func bytesComeBack(_ format: Format) throws {
    #expect(try format.reread(format.bytes) == format.bytes)
  }

  @Test(arguments: formats)
  func everyTruncationIsRefused(_ format: Format) {
    for length in 0..<format.bytes.count {
      #expect("length \(length)") {
        try format.reread(Array(format.bytes[..<length]))
      } throws: { error in
        guard case .truncated(let needed, let available) = error as? WireError else { return false }
        return needed > available
      }
    }
    for extra in [1, 2, 100] {
      #expect(throws: WireError.trailingBytes(extra)) {
        try format.reread(format.bytes + [UInt8](repeating: 0, count: extra))
      }
    }
  }

  /// One bit flipped: a typed error, or another valid object that says the same bytes.
  @Test(arguments: formats)
  func everyBitFlipIsRefusedOrRead(_ format: Format) throws {
    for bit in 0..<format.bytes.count * 8 {
      var bytes = format.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        let again = try format.reread(bytes)
        #expect(again == bytes, "bit \(bit)")
        #expect(bit >= 40 * 8, "a header with bit \(bit) flipped was accepted")
      } catch {
        #expect(error is WireError, "bit \(bit)")
      }
    }
  }

  @Test(arguments: formats)
  func randomBytesAreRefusedOrRead(_ format: Format) throws {
    var generator = TestGenerator(seed: 0x77)
    for _ in 0..<2000 {
      var bytes = format.bytes
      for _ in 0...generator.next(below: 8) {
        bytes[Int(generator.next(below: UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: generator.next())
      }
      if generator.next() % 2 == 0 { bytes.replaceSubrange(..<40, with: format.bytes[..<40]) }
      do {
        let again = try format.reread(bytes)
        #expect(again == bytes, "\(generator)")
      } catch {
        #expect(error is WireError, "\(generator)")
      }
    }
  }

  @Test(arguments: formats)
  func headersAreChecked(_ format: Format) throws {
    func refuses(_ expected: WireError, _ change: (inout [UInt8]) -> Void) {
      var bytes = format.bytes
      change(&bytes)
      #expect(throws: expected) { try format.reread(bytes) }
    }
    refuses(.notTacit) { $0[0] = 0x74 }
    refuses(.unsupportedVersion(0)) { $0[4] = 0 }
    refuses(.unsupportedVersion(2)) { $0[4] = 2 }
    refuses(.unsupportedVersion(255)) { $0[4] = 255 }
    // One reader takes both forms of seeded ciphertexts; it names the common one where neither is there.
    let seeded: Set<WireKind> = [.seededCiphertext, .shortSeededCiphertext]
    let expected = seeded.contains(format.kind) ? .seededCiphertext : format.kind
    let readable = seeded.contains(format.kind) ? seeded : [format.kind]
    refuses(.wrongKind(expected: expected, found: 99)) { $0[5] = 99 }
    for kind in WireKind.allCases where !readable.contains(kind) {
      refuses(.wrongKind(expected: expected, found: kind.rawValue)) { $0[5] = kind.rawValue }
    }
    refuses(.outOfRange(field: "reserved header field")) { $0[6] = 1 }
    refuses(.outOfRange(field: "reserved header field")) { $0[7] = 1 }
    let digest = ParameterDigest(bytes: Array(format.bytes[8..<40]))
    #expect(digest == (try Self.parameters().digest))
    var other = digest.bytes
    other[31] ^= 1
    refuses(.parametersMismatch(expected: digest, found: ParameterDigest(bytes: other))) { $0[39] ^= 1 }
  }

  @Test func aSecretOutOfRangeIsRefused() throws {
    let parameters = try Self.parameters()
    var bytes = SecretKey(parameters: parameters).serialized()
    #expect(bytes.count == 40 + 16 + 4 + 16)
    bytes[56] |= 3  // the pair of bits 3 stands for nothing
    #expect(throws: WireError.outOfRange(field: "a coefficient of the secret")) {
      _ = try SecretKey(serialized: bytes, parameters: parameters)
    }
  }

  @Test func noiseBoundsAreChecked() throws {
    let parameters = try Self.parameters()
    let good = PublicKey(of: SecretKey(parameters: parameters)).encryptZero().serialized()
    func with(_ deviation: Double, _ bounded: Double, _ flag: UInt8) -> [UInt8] {
      var bytes = good
      for index in 0..<8 {
        bytes[56 + index] = UInt8(truncatingIfNeeded: deviation.bitPattern >> UInt64(8 * index))
        bytes[64 + index] = UInt8(truncatingIfNeeded: bounded.bitPattern >> UInt64(8 * index))
      }
      bytes[72] = flag
      return bytes
    }
    for bytes in [
      with(.nan, 0, 0), with(0, .nan, 0), with(.infinity, 0, 0), with(0, .infinity, 0), with(8193, 0, 0),
      with(0, 8193, 0),
      with(0, 0, 2),
    ] {
      #expect(throws: WireError.outOfRange(field: "noise bound")) {
        try Ciphertext<Coefficient>(serialized: bytes, parameters: parameters)
      }
    }
    for (deviation, bounded) in [(-.infinity, -.infinity), (8192, 8192), (-1e308, -0.0)] as [(Double, Double)] {
      let read = try Ciphertext<Coefficient>(serialized: with(deviation, bounded, 1), parameters: parameters)
      #expect(read.noise.log2Deviation == deviation && read.noise.log2Bounded == bounded)
      #expect(!(read.noise + read.noise).log2Magnitude(degree: 16, failure: .release).isNaN)
    }
  }

  @Test func limbCountsAreChecked() throws {
    let parameters = try Self.parameters()
    let good = PublicKey(of: SecretKey(parameters: parameters)).encryptZero().serialized()
    for count in [0, 4, 64, 255] as [UInt8] {
      var bytes = good
      bytes[73] = count
      #expect(throws: WireError.outOfRange(field: "number of primes")) {
        try Ciphertext<Coefficient>(serialized: bytes, parameters: parameters)
      }
    }
    var fewer = good
    fewer[73] = 2
    #expect(throws: WireError.trailingBytes(2 * 80)) {
      try Ciphertext<Coefficient>(serialized: fewer, parameters: parameters)
    }
    // A seeded ciphertext of all primes has no other form than its own.
    let short = SecretKey(parameters: parameters).encryptZero(limbs: 2).serialized()
    for count in [0, 3, 4, 255] as [UInt8] {
      var bytes = short
      bytes[73] = count
      #expect(throws: WireError.outOfRange(field: "number of primes")) {
        try SeededCiphertext(serialized: bytes, parameters: parameters)
      }
    }
    let single = try RLWEParameters(ParameterTests.literal(16, [30], .uncheckedInsecure), scheme: "test")
    var impossible = SecretKey(parameters: single).encryptZero().serialized()
    impossible[5] = WireKind.shortSeededCiphertext.rawValue
    #expect(throws: WireError.impossible(.shortSeededCiphertext)) {
      try SeededCiphertext(serialized: impossible, parameters: single)
    }
  }

  @Test func quadraticCiphertextsAreReadAsTheyWere() throws {
    let parameters = try Self.parameters()
    let publicKey = PublicKey(of: SecretKey(parameters: parameters))
    let parts = (0..<3).map { _ in publicKey.encryptZero() }
    let quadratic = QuadraticCiphertext(
      parameters: parameters, key: parts[0].key, c0: parts[0].c0, c1: parts[1].c0, c2: parts[2].c0,
      noise: parts[0].noise)
    let bytes = quadratic.serialized()
    #expect(bytes.count == 40 + 16 + 17 + 1 + 3 * (60 + 46 + 80))
    let read = try QuadraticCiphertext<Coefficient>(serialized: bytes, parameters: parameters)
    #expect(read.c0 == quadratic.c0 && read.c1 == quadratic.c1 && read.c2 == quadratic.c2)
    #expect(read.key == quadratic.key && read.noise == quadratic.noise && read.limbCount == 3)
    var fewer = bytes
    fewer[73] = 2
    #expect(throws: WireError.trailingBytes(3 * 80)) {
      try QuadraticCiphertext<Coefficient>(serialized: fewer, parameters: parameters)
    }
  }

  @Test func residuesNotBelowTheirPrimeAreRefused() throws {
    let parameters = try Self.parameters()
    let good = PublicKey(of: SecretKey(parameters: parameters)).serialized()
    var bytes = good
    // The first residue, 30 bits: all ones is above the prime.
    for index in 0..<3 { bytes[88 + index] = 0xff }
    bytes[91] |= 0x3f
    #expect(throws: WireError.outOfRange(field: "a residue")) {
      try PublicKey(serialized: bytes, parameters: parameters)
    }
  }

  /// Bytes that announce more than is there are refused before anything is allocated for it: a huge ring, a short file.
  @Test func lengthsAreCheckedFirst() throws {
    let parameters = try RLWEParameters(ParameterTests.literal(32768, [60, 60], .uncheckedInsecure), scheme: "test")
    var writer = WireWriter(kind: .publicKey, digest: parameters.digest)
    writer.append(bytes: [UInt8](repeating: 0, count: 48))
    let bytes = writer.bytes
    #expect(throws: WireError.truncated(needed: 32768 * 15, available: 0)) {
      try PublicKey(serialized: bytes, parameters: parameters)
    }
  }

  @Test func keysAreReadAsTheyWere() throws {
    let parameters = try Self.parameters()
    let secret = SecretKey(parameters: parameters)
    let again = try SecretKey(serialized: secret.serialized(), parameters: parameters)
    #expect(again.identifier == secret.identifier)
    for k in 0..<16 { #expect(again.coefficients.words()[k] == secret.coefficients.words()[k]) }
    let publicKey = PublicKey(of: secret)
    let read = try PublicKey(serialized: publicKey.serialized(), parameters: parameters)
    #expect(read.p0 == publicKey.p0 && read.p1 == publicKey.p1 && read.key == secret.identifier)
    // p₀ + p₁·s is the error alone.
    let phase = SecretKey.phase(c0: read.p0, c1: read.p1, secret: again.evaluation(in: parameters.basis))
    let q = parameters.basis.moduli[0].value
    for k in 0..<16 {
      let value = phase.polynomial.limb(0)[k]
      #expect(min(value, q - value) <= 21)
    }
  }

  @Test func errorsSpeak() {
    let digest = ParameterDigest(bytes: [UInt8](repeating: 7, count: 32))
    for error in [
      WireError.truncated(needed: 3, available: 1), .trailingBytes(2), .notTacit, .unsupportedVersion(9),
      .wrongKind(expected: .reply, found: 1), .wrongKind(expected: .reply, found: 200),
      .parametersMismatch(expected: digest, found: digest), .outOfRange(field: "x"),
    ] {
      #expect(!error.description.isEmpty)
    }
    #expect(Set(WireKind.allCases.map(\.description)).count == WireKind.allCases.count)
  }
}
