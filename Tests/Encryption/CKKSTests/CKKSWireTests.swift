// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

@Suite struct CKKSWireTests {
  /// A kind of object: valid bytes, where its numbers stand, and a reader that gives the bytes back.
  struct Format: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: WireKind
    let bytes: [UInt8]
    /// Whether there is a level, a scale and a noise bound.
    var hasHead = true
    let reread: @Sendable ([UInt8]) throws -> [UInt8]

    var testDescription: String { name }
  }

  static let fixture = try? CKKSFixture(CKKSTestSet(name: "N=8", levels: 2, scaleBits: 30, degree: 8))

  static let formats: [Format] = {
    guard let fixture, let formats = try? formats(fixture) else { return [] }
    return formats
  }()

  private static func formats(_ fixture: CKKSFixture) throws -> [Format] {
    let parameters = fixture.parameters
    let plaintext = try fixture.encoder.encode([Complex(0.5, -0.25), Complex(0.125, 1e-9)])
    let seeded = try fixture.secret.encrypt(plaintext, level: 1)
    let ciphertext = try fixture.publicKey.encrypt(plaintext)
    let low = try fixture.evaluator.multiply(seeded.expanded(), by: 0.5)
    let product = try fixture.evaluator.multiply(ciphertext, ciphertext)
    let readCiphertext: @Sendable ([UInt8]) throws -> [UInt8] = {
      try CKKSCiphertext(serialized: $0, parameters: parameters).serialized()
    }
    let readPlaintext: @Sendable ([UInt8]) throws -> [UInt8] = {
      try CKKSPlaintext(serialized: $0, parameters: parameters).serialized()
    }
    return [
      Format(name: "ciphertext", kind: .ckksCiphertext, bytes: ciphertext.serialized(), reread: readCiphertext),
      Format(name: "ciphertext of level 0", kind: .ckksCiphertext, bytes: low.serialized(), reread: readCiphertext),
      Format(name: "seeded ciphertext", kind: .seededCKKSCiphertext, bytes: seeded.serialized()) {
        try SeededCKKSCiphertext(serialized: $0, parameters: parameters).serialized()
      },
      Format(name: "product", kind: .ckksProduct, bytes: product.serialized()) {
        try CKKSProduct(serialized: $0, parameters: parameters).serialized()
      },
      Format(
        name: "plaintext", kind: .ckksPlaintext, bytes: plaintext.serialized(), hasHead: false, reread: readPlaintext),
      Format(
        name: "decrypted plaintext", kind: .ckksPlaintext, bytes: try fixture.secret.decrypt(low).serialized(),
        hasHead: false, reread: readPlaintext),
    ]
  }

  @Test func everyKindIsThere() {
    #expect(Self.formats.count == 6)
  }

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
  func headersAreChecked(_ format: Format) throws {
    func refuses(_ expected: WireError, _ change: (inout [UInt8]) -> Void) {
      var bytes = format.bytes
      change(&bytes)
      #expect(throws: expected) { try format.reread(bytes) }
    }
    refuses(.notTacit) { $0[0] = 0x74 }
    refuses(.unsupportedVersion(2)) { $0[4] = 2 }
    for kind in WireKind.allCases where kind != format.kind {
      refuses(.wrongKind(expected: format.kind, found: kind.rawValue)) { $0[5] = kind.rawValue }
    }
    let digest = ParameterDigest(bytes: Array(format.bytes[8..<40]))
    var other = digest.bytes
    other[31] ^= 1
    refuses(.parametersMismatch(expected: digest, found: ParameterDigest(bytes: other))) { $0[39] ^= 1 }
  }

  private static func put(_ value: Double, at offset: Int, of bytes: inout [UInt8]) {
    for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * index)) }
  }

  @Test(arguments: formats.filter(\.hasHead))
  func levelsScalesAndBoundsAreChecked(_ format: Format) throws {
    func refuses(_ field: String, _ change: (inout [UInt8]) -> Void) {
      var bytes = format.bytes
      change(&bytes)
      #expect(throws: WireError.outOfRange(field: field)) { try format.reread(bytes) }
    }
    for level in [3, 4, 255] as [UInt8] { refuses("level") { $0[56] = level } }
    refuses("scale") { $0[72] &= 0x7f }
    refuses("scale") { for index in 57..<73 { $0[index] = 0 } }
    for exponent in [501, -501, 32767, -32768, 1000] as [Int16] {
      refuses("exponent of the scale") {
        $0[73] = UInt8(truncatingIfNeeded: exponent)
        $0[74] = UInt8(truncatingIfNeeded: exponent >> 8)
      }
    }
    for value in [.nan, -.nan, .infinity, -.infinity, -1, -0.0, -.leastNonzeroMagnitude] as [Double] {
      refuses("bound of the numbers") { Self.put(value, at: 75, of: &$0) }
      refuses("noise bound") { Self.put(value, at: 83, of: &$0) }
    }
  }

  @Test func plaintextsAreChecked() throws {
    let fixture = try #require(Self.fixture)
    let bytes = try fixture.encoder.encode([0.5, -0.5, 0.5, 0.5] as [Double]).serialized()
    func refuses(_ field: String, _ change: (inout [UInt8]) -> Void) {
      var changed = bytes
      change(&changed)
      #expect(throws: WireError.outOfRange(field: field)) {
        try CKKSPlaintext(serialized: changed, parameters: fixture.parameters)
      }
    }
    for value in [.nan, .infinity, -1] as [Double] {
      refuses("bound of the numbers") { Self.put(value, at: 40, of: &$0) }
      refuses("error of the numbers") { Self.put(value, at: 48, of: &$0) }
    }
    for value in [.nan, .infinity, -.infinity, 0.6, -0.6, 1e300] as [Double] {
      refuses("a coefficient") { Self.put(value, at: 56 + 8 * 3, of: &$0) }
    }
    // All coefficients within the bound, and a slot that is not.
    refuses("a number") { for index in 0..<8 { Self.put(0.5, at: 56 + 8 * index, of: &$0) } }
    refuses("bound of the numbers") {
      Self.put(1e300, at: 40, of: &$0)
    }
  }

  /// Bytes that say what is not true, or what is extreme: typed errors or results, no traps.
  @Test func extremeClaimsAreNoTraps() throws {
    let fixture = try #require(Self.fixture)
    let parameters = fixture.parameters
    var generator = TestGenerator(seed: 0x3E1)
    let keys = try fixture.keys(rotations: [1], conjugation: true)
    let honest = try fixture.encrypt(fixture.numbers(&generator))
    let plaintext = try fixture.encoder.encode(constant: 0.5)
    let ready = try CKKSEvaluationPlaintext(plaintext)
    let target = SecretKey(parameters: parameters.rlwe)
    let reencryption = try fixture.secret.reencryptionKey(to: target)
    let expanded = reencryption.expanded()
    let extremes: [Double] = [
      0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1e-300, 1, 1e9, 1e100, 1e300, .greatestFiniteMagnitude,
    ]
    let template = honest.serialized()
    var accepted = 0
    for exponent in [-500, -499, -100, 0, 29, 30, 31, 60, 119, 120, 300, 500] as [Int16] {
      for bound in extremes {
        for noise in extremes {
          var bytes = template
          bytes[73] = UInt8(truncatingIfNeeded: exponent)
          bytes[74] = UInt8(truncatingIfNeeded: exponent >> 8)
          Self.put(bound, at: 75, of: &bytes)
          Self.put(noise, at: 83, of: &bytes)
          let claim = try CKKSCiphertext(serialized: bytes, parameters: parameters)
          _ = (claim.errorBound, claim.precisionBits, claim.releaseErrorBound(ReleasePolicy()), claim.isTransparent)
          for evaluator in [fixture.evaluator, fixture.manual] {
            let operations: [() throws -> CKKSCiphertext?] = [
              { try evaluator.multiply(claim, claim, with: keys) },
              { try evaluator.multiply(claim, honest, with: keys) },
              { try evaluator.multiply(honest, claim, with: keys) }, { try evaluator.multiply(claim, by: plaintext) },
              { try evaluator.multiply(claim, by: ready) }, { try evaluator.multiply(claim, by: 0.3) },
              { try evaluator.multiply(claim, by: 1e300) }, { try evaluator.rotate(claim, by: 1, with: keys) },
              { try evaluator.conjugate(claim, with: keys) }, { try evaluator.innerSum(claim, count: 2, with: keys) },
              { try evaluator.reencrypt(claim, with: expanded) }, { try evaluator.rescale(claim) },
              { try evaluator.drop(claim, toLevel: 0) }, { try evaluator.adjust(claim, toLevel: 0) },
              { try evaluator.adjust(honest, toLevel: 0, scale: claim.scale) },
              { try evaluator.assuming(claim, bound: 1e-3) },
              { try evaluator.weightedSum([claim, honest], by: [ready, ready]) },
              { try evaluator.weightedSum([honest, claim], by: [ready, ready]) },
              {
                var sum = claim
                try evaluator.add(&sum, honest)
                try evaluator.subtract(&sum, plaintext)
                return sum
              },
              {
                var sum = honest
                try evaluator.add(&sum, claim)
                try evaluator.add(&sum, 0.1)
                return sum
              },
              {
                var sum = claim
                try evaluator.add(&sum, 0.25)
                try evaluator.multiply(&sum, byInteger: .min)
                return sum
              },
              {
                _ = try fixture.secret.decrypt(claim)
                _ = try fixture.secret.decryptForRelease(claim, largestError: .greatestFiniteMagnitude)
                return nil
              },
              {
                let decrypted = try fixture.secret.decrypt(claim)
                return try fixture.secret.encrypt(decrypted, bound: decrypted.magnitude).expanded()
              },
            ]
            for (index, operation) in operations.enumerated() {
              do {
                if let result = try operation() {
                  accepted += 1
                  let again = try CKKSCiphertext(serialized: result.serialized(), parameters: parameters)
                  #expect(again.serialized() == result.serialized())
                }
              } catch {
                #expect(error is RLWEError, "operation \(index) of 2^\(exponent), \(bound), \(noise): \(error)")
              }
            }
          }
        }
      }
    }
    #expect(accepted > 100)
  }

  /// Plaintexts whose claims are extreme.
  @Test func extremePlaintextsAreNoTraps() throws {
    let fixture = try #require(Self.fixture)
    let honest = try fixture.encrypt([.one])
    let template = try fixture.encoder.encode([] as [Double]).serialized()
    for magnitude in [0, 1e-300, 1, 1e20, 1e100, 0x1p640] {
      for error in [0, 1e-300, 1, 1e100, .greatestFiniteMagnitude] as [Double] {
        var bytes = template
        Self.put(magnitude, at: 40, of: &bytes)
        Self.put(error, at: 48, of: &bytes)
        let plaintext = try CKKSPlaintext(serialized: bytes, parameters: fixture.parameters)
        #expect(fixture.encoder.decode(plaintext).allSatisfy { $0 == 0 })
        let operations: [() throws -> Void] = [
          { _ = try fixture.secret.encrypt(plaintext, bound: magnitude) },
          { _ = try fixture.publicKey.encrypt(plaintext, bound: magnitude) },
          { _ = try fixture.evaluator.multiply(honest, by: plaintext) },
          { _ = try fixture.evaluator.multiply(honest, by: CKKSEvaluationPlaintext(plaintext)) },
          {
            var sum = honest
            try fixture.evaluator.add(&sum, plaintext)
          },
        ]
        for operation in operations {
          do { try operation() } catch { #expect(error is RLWEError, "\(magnitude), \(error)") }
        }
      }
    }
  }

  /// What travels says nothing of the numbers but the bound that was declared.
  @Test func dataRangesDoNotTravel() throws {
    let fixture = try #require(Self.fixture)
    let small = try fixture.secret.encrypt(fixture.encoder.encode(constant: 1e-6)).serialized()
    let large = try fixture.secret.encrypt(fixture.encoder.encode(constant: 0.99)).serialized()
    #expect(small[..<91] == large[..<91])
    let public1 = try fixture.publicKey.encrypt(fixture.encoder.encode([0.5, 0.1] as [Double])).serialized()
    let public2 = try fixture.publicKey.encrypt(fixture.encoder.encode([] as [Double])).serialized()
    #expect(public1[..<91] == public2[..<91] && public1.count == public2.count)
  }
}
